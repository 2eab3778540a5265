import { absent, eventValues, lookUp, type EventValues, type View } from '../event-values.ts';
import { fold, isAny } from '../pattern.ts';
import type { Predicate, Tree } from './predicate-tree.ts';

/**
 * The trees of a class as tests that jump to each other, all in one block of memory: between two events the parser has
 * pushed everything else out of the processor's caches, so that what is loaded costs more than what is computed.
 */
export interface Program {
  /** Where each tree begins. */
  readonly starts: Int32Array;
  /** For the next event. */
  begin(view: View): void;
  isTrue(start: number): boolean;
}

/** What is asked. An instruction is five numbers: this, of which field, with what, and where to go on when it is true, or not. */
const asks = { values: 0, equals: 1, starts: 2, ends: 3, contains: 4, text: 5 } as const;
/** Where a tree ends. */
const yes = -1;
const no = -2;

const states = { absent: 0, text: 1, values: 2 } as const;

interface Ask {
  ask: (typeof asks)[keyof typeof asks];
  text: string;
}

/** What the event under way says, by slot and as a whole. For all classes: an event may be large, and only the latest is held. */
const texts: string[] = [];
const folds: (string | undefined)[] = [];
let view: View = {};
let values: EventValues | undefined;

/** @param trees with what shall be asked first standing first */
export function createProgram(trees: readonly Tree[]): Program {
  const fields: (string | undefined)[] = [];
  const slots = new Map<string | undefined, number>();
  const places = new Map<Predicate, number>();
  const predicates: Predicate[] = [];
  const literals: string[] = [];
  const written: number[] = [];

  function slotOf(field: string | undefined): number {
    const slot = slots.get(field) ?? fields.push(field) - 1;
    slots.set(field, slot);
    return slot;
  }

  function placeOf(predicate: Predicate, { text }: Ask): number {
    const known = places.get(predicate);
    if (known !== undefined) return known;
    places.set(predicate, predicates.length);
    literals.push(text);
    return predicates.push(predicate) - 1;
  }

  /** Written from its end to its beginning, because a test must know where to go on. Gives where it begins. */
  function write(tree: Tree, whenTrue: number, whenFalse: number): number {
    if (tree.kind === 'always') return tree.value ? whenTrue : whenFalse;
    if (tree.kind === 'leaf') {
      const ask = askOf(tree.predicate);
      const at = written.length;
      written.push(ask.ask, slotOf(tree.predicate.field), placeOf(tree.predicate, ask));
      written.push(...(tree.negated ? [whenFalse, whenTrue] : [whenTrue, whenFalse]));
      return at;
    }
    const isAnd = tree.kind === 'and';
    let next = isAnd ? whenTrue : whenFalse;
    for (const part of tree.of.toReversed()) next = isAnd ? write(part, next, whenFalse) : write(part, whenTrue, next);
    return next;
  }

  const starts = Int32Array.from(trees, (tree) => write(tree, yes, no));
  const code = Int32Array.from(written);
  const { absent: isAbsent, text: isText, values: isValues } = states;
  const looked = new Uint32Array(fields.length);
  const state = new Uint8Array(fields.length);
  let round = 0;

  function look(slot: number): number {
    looked[slot] = round;
    const field = fields[slot];
    if (field === undefined) return (state[slot] = isValues);
    // What every object inherits is no text.
    const own = view[field];
    const found = typeof own === 'string' ? own : lookUp(view, field);
    if (found === absent) return (state[slot] = isAbsent);
    if (typeof found !== 'string' && typeof found !== 'number' && typeof found !== 'boolean')
      return (state[slot] = isValues);
    texts[slot] = String(found);
    folds[slot] = undefined;
    return (state[slot] = isText);
  }

  function isTrueOfValues(place: number): boolean {
    const predicate = predicates[place];
    if (!predicate) return false;
    values ??= eventValues(view);
    return predicate.test(predicate.field === undefined ? values.all() : values.of(predicate.field), values);
  }

  function isTrueOfText(ask: number, slot: number, place: number): boolean {
    const text = (folds[slot] ??= fold(texts[slot] ?? ''));
    const literal = literals[place] ?? '';
    if (ask === asks.equals) return text === literal;
    if (ask === asks.contains) return text.includes(literal);
    if (ask === asks.ends) return text.endsWith(literal);
    if (ask === asks.starts) return text.startsWith(literal);
    return predicates[place]?.ofText?.(texts[slot] ?? '', text) === true;
  }

  return {
    starts,
    begin(next) {
      view = next;
      values = undefined;
      round += 1;
      if (round < 2 ** 32) return;
      looked.fill(0);
      round = 1;
    },
    isTrue(start) {
      let at = start;
      while (at >= 0) {
        const ask = code[at] ?? 0;
        const slot = code[at + 1] ?? 0;
        const place = code[at + 2] ?? 0;
        const known = looked[slot] === round ? state[slot] : look(slot);
        let truth: boolean;
        if (ask === asks.values || known === isValues) truth = isTrueOfValues(place);
        else if (known === isText) truth = isTrueOfText(ask, slot, place);
        else truth = false;
        at = code[truth ? at + 3 : at + 4] ?? no;
      }
      return at === yes;
    },
  };
}

/** What is asked of one text. */
function askOf({ field, matcher, ofText }: Predicate): Ask {
  if (field === undefined || !ofText) return { ask: asks.values, text: '' };
  if (matcher.kind !== 'pattern' || matcher.cased) return { ask: asks.text, text: '' };
  const [first, second, third] = matcher.pattern.map((part) => (typeof part === 'string' ? fold(part) : part));
  switch (matcher.pattern.length) {
    case 1:
      if (typeof first === 'string') return { ask: asks.equals, text: first };
      break;
    case 2:
      if (typeof first === 'string' && isAny(second)) return { ask: asks.starts, text: first };
      if (isAny(first) && typeof second === 'string') return { ask: asks.ends, text: second };
      break;
    case 3:
      if (isAny(first) && typeof second === 'string' && isAny(third)) return { ask: asks.contains, text: second };
  }
  return { ask: asks.text, text: '' };
}
