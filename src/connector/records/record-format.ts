import type { Subject } from '../../schema/subject.ts';
import type { Format, Logsource, ReadContext, ReadEvent } from '../format.ts';
import { addressOf, subjectList, type SubjectList } from '../subject-list.ts';
import { isTrustedProxy } from '../trusted-proxy.ts';
import type { JsonRecord } from './json-record.ts';

/** What a product says of its records; all else of a format is the same for every product. */
interface RecordReader<R> extends Pick<Format, 'name' | 'title' | 'split' | 'eventKey'> {
  feeds: readonly Logsource[];
  /** The line as a record; undefined: none of this product's. */
  record(line: string): R | undefined;
  /** Whether a record can only be this product's. Absent: every one. */
  isSure?(record: R, line: string): boolean;
  /** Epoch ms; undefined when the record names none that makes sense. */
  time(record: R, context: ReadContext): number | undefined;
  /** Absent: every record answers to all that the format feeds. */
  logsources?(record: R): readonly Logsource[];
  view(record: R): JsonRecord;
  /** Whether every value of the view stands in the line as it is. Absent: not so. */
  isVerbatim?(line: string): boolean;
  /** Adds the values with a role. */
  subjects(list: SubjectList, record: R, view: JsonRecord): void;
  /** Where from and as whom, for a logon over the network that succeeded. What is no address, is a proxy's or no name is none. */
  logon?(record: R, subjects: readonly Subject[]): { address: unknown; user: unknown } | undefined;
  toOcsf(record: R, time: number, line: string): Record<string, unknown>;
}

/** A format whose lines are records: each line is read once, and what it says is asked of the reader. */
export function recordFormat<R>(reader: RecordReader<R>): Format {
  const { name, title, feeds, split, eventKey } = reader;
  return {
    name,
    title,
    feeds,
    ...(split ? { split } : {}),
    ...(eventKey ? { eventKey } : {}),
    recognise(line) {
      const record = reader.record(line);
      if (record === undefined) return 0;
      return (reader.isSure?.(record, line) ?? true) ? 2 : 1;
    },
    read(line, context) {
      const record = reader.record(line);
      if (record === undefined) return undefined;
      const time = reader.time(record, context);
      const view = reader.view(record);
      const list = subjectList(context);
      reader.subjects(list, record, view);
      const logon = provenLogon(reader.logon?.(record, list.subjects), context);
      return {
        ...(time === undefined ? {} : { time }),
        logsources: reader.logsources?.(record) ?? feeds,
        view,
        ...(reader.isVerbatim?.(line) ? { json: line } : {}),
        subjects: list.subjects,
        ...(logon === undefined ? {} : { logon }),
        toOcsf: () => reader.toOcsf(record, time ?? context.receivedAt, line),
      };
    },
  };
}

function provenLogon(logon: { address: unknown; user: unknown } | undefined, context: ReadContext): ReadEvent['logon'] {
  const address = addressOf(logon?.address);
  const user = logon?.user;
  if (address === undefined || typeof user !== 'string' || user === '') return undefined;
  return isTrustedProxy(address, context) ? undefined : { address, user };
}
