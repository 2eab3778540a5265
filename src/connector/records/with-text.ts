import { isRecord } from './json-record.ts';

/** Texts of a record's parts are cut here: rules look for a name or a word in them. */
const longest = 16_384;
const mostDocuments = 16;

/**
 * An object or list, as rules over exported tables expect it: its JSON text, texts inside of it that are JSON themselves
 * (a policy document), and the value itself, so that both `Parameters|contains: Forward` and `Parameters.Name` find what
 * they look for. Anything else stays as it is.
 */
export function withText(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const texts = [JSON.stringify(value).slice(0, longest), ...documentsIn(value)];
  return Array.isArray(value) ? [...texts, ...value.map((part: unknown) => part)] : [...texts, value];
}

function documentsIn(value: unknown): string[] {
  const found: string[] = [];
  const open: unknown[] = [value];
  while (open.length > 0 && found.length < mostDocuments) {
    const next = open.pop();
    if (typeof next === 'string') {
      if (/^\s?[{[]/.test(next)) found.push(next.slice(0, longest));
    } else if (Array.isArray(next)) open.push(...next.slice(0, 256));
    else if (isRecord(next)) open.push(...Object.values(next).slice(0, 256));
  }
  return found;
}
