import { visible } from './visible.ts';

/** A sentence of the server's, its words between backticks as code. */
export function Prose({ text }: { text: string }) {
  return visible(text)
    .split('`')
    .map((part, at) =>
      at % 2 === 1 ? (
        // The parts of a sentence never move.
        // oxlint-disable-next-line react/no-array-index-key
        <code key={at} className="text-[0.93em] break-words">
          {part}
        </code>
      ) : (
        part
      ),
    );
}
