import { fold } from './pattern.ts';

export type Scalar = string | number | boolean | null;
export type View = Readonly<Record<string, unknown>>;

/** A value of an event in the forms that tests ask for, each made once. */
export interface EventValue {
  readonly raw: Scalar;
  /** Text of it; null is empty. */
  readonly text: string;
  /** `text`, folded. */
  readonly folded: string;
}

class Value implements EventValue {
  readonly raw: Scalar;
  readonly text: string;
  #folded: string | undefined;

  constructor(raw: Scalar) {
    this.raw = raw;
    this.text = typeof raw === 'string' ? raw : raw === null ? '' : String(raw);
  }

  get folded(): string {
    return (this.#folded ??= fold(this.text));
  }
}

function valuesOf(found: unknown): readonly EventValue[] {
  if (typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean' || found === null)
    return [new Value(found)];
  return scalarsOf(found, false).map((scalar) => new Value(scalar));
}

/** What an event holds under the names of rules; every field is looked up once. */
export interface EventValues {
  /** undefined: the field is absent. A list gives its elements, however nested; objects give none (SPEC.md [E1]-[E4]). */
  of(field: string): readonly EventValue[] | undefined;
  /** Every scalar of the event, for keywords. */
  all(): readonly EventValue[];
}

export function eventValues(view: View): EventValues {
  const known = new Map<string, readonly EventValue[] | undefined>();
  let everything: EventValue[] | undefined;
  return {
    of(field) {
      if (known.has(field)) return known.get(field);
      const found = lookUp(view, field);
      const values = found === absent ? undefined : valuesOf(found);
      known.set(field, values);
      return values;
    },
    all: () => (everything ??= scalarsOf(view, true).map((scalar) => new Value(scalar))),
  };
}

/** What `lookUp` gives for a field that is not there. */
export const absent = Symbol('absent');
/** Lists and objects below this are not entered by a path (SPEC.md [E4]). */
const deepest = 64;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A literal key wins over a path; a path goes into objects and into every element of a list. */
export function lookUp(from: unknown, path: string, depth = 0): unknown {
  if (depth > deepest) return absent;
  if (Array.isArray(from)) {
    const found = from.map((element) => lookUp(element, path, depth + 1)).filter((value) => value !== absent);
    return found.length > 0 ? found : absent;
  }
  if (!isObject(from)) return absent;
  if (Object.hasOwn(from, path)) return from[path];
  for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
    const head = path.slice(0, dot);
    if (!Object.hasOwn(from, head)) continue;
    const found = lookUp(from[head], path.slice(dot + 1), depth + 1);
    if (found !== absent) return found;
  }
  return absent;
}

/** Walks without recursion: an event can be nested as deep as its sender likes. */
export function scalarsOf(value: unknown, intoObjects: boolean): Scalar[] {
  const scalars: Scalar[] = [];
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (Array.isArray(next)) for (let at = next.length - 1; at >= 0; at -= 1) open.push(next[at]);
    else if (isObject(next)) {
      if (!intoObjects) continue;
      const inner = Object.values(next);
      for (let at = inner.length - 1; at >= 0; at -= 1) open.push(inner[at]);
    } else if (next === undefined) continue;
    else if (typeof next === 'string' || typeof next === 'number' || typeof next === 'boolean' || next === null)
      scalars.push(next);
    else if (typeof next === 'bigint') scalars.push(String(next));
  }
  return scalars;
}

/** The number a value stands for: a number, or text that is a decimal number and nothing else (SPEC.md [V5]). */
export function numberOf(raw: Scalar): number | undefined {
  if (typeof raw === 'number') return raw;
  if (typeof raw !== 'string' || raw.length > 40 || !/^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(raw))
    return undefined;
  return Number(raw);
}
