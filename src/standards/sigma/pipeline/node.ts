import { RE2JS } from 're2js';
import { messageOf, type FirebreakError, type Where } from '../../../base/errors.ts';
import { isRecord, type LocatedDocument } from '../yaml/located-document.ts';
import { errors } from './errors.ts';

type Path = readonly (string | number)[];

/** A place in a pipeline's YAML, with what stands there: every fault is told with file, line and column. */
export interface Node {
  value: unknown;
  path: Path;
  where: Where;
  /** The value at a key; undefined when the key is not there. */
  at(key: string): Node | undefined;
  /** Elements of a list; a single value counts as a list of one, a map with `keys` as its values. */
  list(keys?: 'or-map'): Node[];
  entries(): [string, Node][];
  text(): string;
  /** Text, or a list of texts; numbers are written out. */
  texts(): string[];
  flag(): boolean;
  fail(expected: string): FirebreakError;
}

export function nodeOf(doc: LocatedDocument, value: unknown, path: Path): Node {
  const name = path.filter((step) => typeof step === 'string').join('.') || 'the pipeline';
  const child = (step: string | number, inner: unknown): Node => nodeOf(doc, inner, [...path, step]);
  const self: Node = {
    value,
    path,
    where: doc.where(path),
    at: (key) =>
      isRecord(value) && Object.hasOwn(value, key) && value[key] !== null ? child(key, value[key]) : undefined,
    list(keys) {
      if (Array.isArray(value)) return value.map((inner: unknown, index) => child(index, inner));
      if (keys === 'or-map' && isRecord(value) && !Object.hasOwn(value, 'type'))
        return Object.entries(value).map(([key, inner]) => child(key, inner));
      return [self];
    },
    entries() {
      if (!isRecord(value)) throw self.fail('a map');
      return Object.entries(value).map(([key, inner]) => [key, child(key, inner)]);
    },
    text() {
      if (typeof value !== 'string' && typeof value !== 'number') throw self.fail('a text');
      return String(value);
    },
    texts: () => self.list().map((element) => element.text()),
    flag() {
      if (typeof value !== 'boolean') throw self.fail('true or false');
      return value;
    },
    fail: (expected) => errors.BAD_VALUE([name, expected], { where: doc.where(path) }),
  };
  return self;
}

/** The value at a key that must be there. */
export function need(node: Node, key: string): Node {
  const found = node.at(key);
  if (!found) throw errors.BAD_VALUE([key, 'given here'], { where: node.where });
  return found;
}

/** A linear-time expression. */
export function expression(node: Node): RE2JS {
  try {
    return RE2JS.compile(node.text());
  } catch (error) {
    throw errors.BAD_REGEX([messageOf(error)], { where: node.where, cause: error });
  }
}

/** Throws for keys that are none of these. */
export function only(node: Node, what: string, keys: readonly string[]): void {
  for (const [key, inner] of node.entries())
    if (!keys.includes(key)) throw errors.UNKNOWN([`key of ${what}`, key, keys.join(', ')], { where: inner.where });
}
