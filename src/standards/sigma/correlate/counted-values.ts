import { canonicalAddress, sourceKeyOf } from '../../../base/address.ts';
import { numberOf, type EventValues, type Scalar } from '../event-values.ts';
import { fieldIn, type LinkedCorrelation } from '../link-rules.ts';
import { fold } from '../pattern.ts';
import type { Feed } from './feeds.ts';
import { isClosed } from './is-closed.ts';
import { shortHash, type CountedItem, type Entry } from './window-state.ts';

/** What of an event, or of a firing, a correlation looks at. */
export interface CountedValues extends Pick<CountedItem, 'value' | 'number' | 'carried'> {
  group: { field: string; value: string }[];
}

/** The value that a field counts as: the first that is not null, of a list too; undefined: it has none. */
export type FieldValue = (field: string) => Scalar | undefined;

const longest = 1_024;

export function fieldValueOf(values: EventValues): FieldValue {
  return (field) => values.of(field)?.find(({ raw }) => raw !== null)?.raw;
}

/**
 * Group, counted values and what is to be carried; undefined when a field is missing (SPEC.md [C14]), unless `isLenient`: then
 * a missing group-by field is an empty value.
 */
export function countedValues(
  { correlation, reference }: Feed,
  valueOf: FieldValue,
  isLenient = false,
): CountedValues | undefined {
  const textOf = (field: string) => {
    const value = valueOf(fieldIn(correlation, reference, field));
    return value === undefined ? undefined : boundedText(String(value));
  };
  const group: CountedValues['group'] = [];
  for (const field of correlation.groupBy) {
    const text = textOf(field) ?? (isLenient ? '' : undefined);
    if (text === undefined) return undefined;
    group.push({ field, value: groupValue(text) });
  }
  const counted = countedOf(correlation, valueOf, reference);
  if (!counted) return undefined;
  if (correlation.carries.length === 0) return { group, ...counted };
  const carried: Record<string, string> = {};
  for (const field of correlation.carries) {
    const text = textOf(field);
    if (text !== undefined) carried[field] = text;
  }
  return { group, ...counted, carried };
}

function countedOf(
  correlation: Feed['correlation'],
  valueOf: FieldValue,
  reference: string,
): Pick<CountedItem, 'value' | 'number'> | undefined {
  const { type, fields, percentile } = correlation;
  if (fields.length === 0) return {};
  const values = fields.map((field) => valueOf(fieldIn(correlation, reference, field)));
  if (type === 'value_count' || (type === 'value_percentile' && percentile === undefined)) {
    const texts = values.flatMap((value) => (value === undefined ? [] : [fold(String(value))]));
    return texts.length < values.length ? undefined : { value: shortHash(...texts) };
  }
  const number = numberOf(values[0] ?? null);
  if (number === undefined || !Number.isFinite(number)) return undefined;
  // A sum that is to grow beyond a bound: a negative number would let a sender hide what was sent (SPEC.md [C6]).
  if (type === 'value_sum' && number < 0 && !isClosed(correlation)) return undefined;
  return { number };
}

/** A long value as it counts: its beginning, and a hash of all of it, so that two of them stay two. */
function boundedText(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 20).toWellFormed()}…${shortHash(text)}`;
}

/** A group value as it counts: IPv6 addresses by their /64, other text as it stands (SPEC.md [C14]). */
export function groupValue(text: string): string {
  const address = canonicalAddress(text);
  return address === undefined ? text : sourceKeyOf(address);
}

/** The fields of a firing: its group, and what it carries (SPEC.md [C24]). */
export function firingValues(
  group: readonly { field: string; value: string }[],
  carried: Readonly<Record<string, string>> | undefined,
): FieldValue {
  const fields = new Map([
    ...Object.entries(carried ?? {}),
    ...group.map(({ field, value }) => [field, value] as const),
  ]);
  return (field) => fields.get(field);
}

/** Identity of a firing for what counts it: one for each event that ends a window (SPEC.md [C23]). */
export function firingKey({ header }: LinkedCorrelation, { t, o, k }: Entry): string {
  return `${header.id} ${t} ${o ?? k}`;
}
