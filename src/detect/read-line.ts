import type { Format, ReadContext, ReadEvent } from '../connector/index.ts';

/** Of a source whose lines are of any format: each line chooses its own. */
const anyFormat = 'auto';

/** The formats that may read lines of a source with this format name. */
export function formatsOf(formats: ReadonlyMap<string, Format>, name: string): readonly Format[] {
  const only = formats.get(name);
  return only ? [only] : name === anyFormat ? [...formats.values()] : [];
}

/** What is known of a line that a person hands over: whoever sent it, it is believed, and times without a zone are UTC. */
export function handedContext(now: number): ReadContext {
  return { receivedAt: now, timeZone: '', channelTrust: 'authenticated', trustedProxies: [] };
}

/** Reads lines of one source. Remembers which format read the line before, since the next is mostly of the same. */
export function lineReader(
  formats: ReadonlyMap<string, Format>,
  name: string,
): (line: string, context: ReadContext) => { format: string; read: ReadEvent } | undefined {
  const only = formats.get(name);
  if (only || name !== anyFormat)
    return (line, context) => {
      const read = only?.read(line, context);
      return read && { format: name, read };
    };
  let before: Format | undefined;
  return (line, context) => {
    const ranked = before?.recognise(line) === 2 ? [before] : byCertainty(formats, line).map(({ format }) => format);
    for (const format of ranked) {
      const read = format.read(line, context);
      if (!read) continue;
      before = format;
      return { format: format.name, read };
    }
    return undefined;
  };
}

/** The formats that may know the line, the surest first. */
export function byCertainty(
  formats: ReadonlyMap<string, Format>,
  line: string,
): { format: Format; certainty: 0 | 1 | 2 }[] {
  return [...formats.values()]
    .map((format) => ({ format, certainty: format.recognise(line) }))
    .filter(({ certainty }) => certainty > 0)
    .sort((left, right) => right.certainty - left.certainty);
}
