import type { Format } from '../connector/index.ts';
import type { RawEvent } from '../schema/event.ts';

/** An event as its format wants to read it, and the place in its batch of the line that it came with. */
export interface WholeEvent {
  index: number;
  raw: RawEvent;
}

/** Lines of one event stand this close together; auditd mixes the records of a few events at once. */
const nearest = 64;
/** An event of more lines, or a line of more events, is not gathered further. */
const mostLines = 512;
const mostEvents = 100_000;

/**
 * The events of a batch: lines that together are one are joined, and a line that carries many is cut up, where one of
 * the formats says so. The first line's time, sender and place stand for the whole.
 * @param formats those that may read the source's lines
 */
export function wholeEvents(events: readonly RawEvent[], formats: readonly Format[]): WholeEvent[] {
  const keyed = formats.filter((format) => format.eventKey !== undefined);
  const split = formats.filter((format) => format.split !== undefined);
  const whole: WholeEvent[] = [];
  const open = new Map<string, { at: number; last: number; lines: string[] }>();
  for (const [index, raw] of events.entries()) {
    const key = firstOf(keyed, (format) => format.eventKey?.(raw.raw_data));
    if (key !== undefined) {
      const held = open.get(key);
      if (held && index - held.last <= nearest && held.lines.length < mostLines) {
        held.lines.push(raw.raw_data);
        held.last = index;
        continue;
      }
      open.set(key, { at: whole.length, last: index, lines: [raw.raw_data] });
      finish(whole, held);
    }
    const parts = key === undefined ? firstOf(split, (format) => format.split?.(raw.raw_data)) : undefined;
    if (parts === undefined) whole.push({ index, raw });
    else
      for (const [at, text] of parts.slice(0, mostEvents).entries())
        whole.push({ index, raw: { ...raw, uid: `${raw.uid}#${at}`, raw_data: text } });
  }
  for (const held of open.values()) finish(whole, held);
  return whole;
}

function finish(whole: WholeEvent[], held: { at: number; lines: readonly string[] } | undefined): void {
  const first = held === undefined ? undefined : whole[held.at];
  if (!held || !first || held.lines.length < 2) return;
  whole[held.at] = { ...first, raw: { ...first.raw, raw_data: held.lines.join('\n') } };
}

function firstOf<V>(formats: readonly Format[], ask: (format: Format) => V | undefined): V | undefined {
  for (const format of formats) {
    const answer = ask(format);
    if (answer !== undefined) return answer;
  }
  return undefined;
}
