/** A value of a rule after its escapes are read: literal texts and wildcards in turn (SPEC.md [V1], [V2]). */
export type PatternPart = string | { wildcard: 'any' | 'one' };
export type Pattern = readonly PatternPart[];

const anyText: PatternPart = { wildcard: 'any' };
/** Not by identity: a pattern may have been written to a file and read again. */
export const isAny = (part: PatternPart | undefined): boolean => typeof part === 'object' && part.wildcard === 'any';
const oneCharacter: PatternPart = { wildcard: 'one' };

/** Reads `*`, `?` and backslashes. Neighbouring literals are one part, neighbouring `*` one wildcard. */
export function parsePattern(text: string): Pattern {
  if (!/[*?\\]/.test(text)) return text === '' ? [] : [text];
  const parts: PatternPart[] = [];
  let literal = '';
  /** Where what is not yet in `literal` begins. */
  let start = 0;
  const flush = (end: number) => {
    literal += text.slice(start, end);
    start = end + 1;
  };
  const endLiteral = () => {
    if (literal !== '') parts.push(literal);
    literal = '';
  };
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\\') {
      const next = text[at + 1];
      if (next !== '*' && next !== '?' && next !== '\\') continue;
      flush(at);
      at += 1;
    } else if (character === '*' || character === '?') {
      flush(at);
      endLiteral();
      if (character === '?') parts.push(oneCharacter);
      else if (!isAny(parts.at(-1))) parts.push(anyText);
    }
  }
  flush(text.length);
  endLiteral();
  // A copy has no room to spare.
  return parts.slice();
}

/** Puts a `*` before or after the pattern, unless one stands there. */
export function widen(pattern: Pattern, where: 'start' | 'end' | 'both'): Pattern {
  if (pattern.length === 0) return [anyText];
  const before: readonly PatternPart[] = where !== 'end' && !isAny(pattern[0]) ? [anyText] : [];
  const after: readonly PatternPart[] = where !== 'start' && !isAny(pattern.at(-1)) ? [anyText] : [];
  // Joined at once an array takes the room of its elements; pushed, of sixteen more. There are tens of thousands.
  return before.concat(pattern, after);
}

export function hasWildcard(pattern: Pattern): boolean {
  return pattern.some((part) => typeof part !== 'string');
}

/** The text of a pattern without wildcards. */
export function literalOf(pattern: Pattern): string {
  return pattern.filter((part) => typeof part === 'string').join('');
}

/** Lower case that does not depend on where a letter stands: final sigma counts as sigma (SPEC.md [V3]). */
export function fold(text: string): string {
  const lower = text.toLowerCase();
  return lower.includes('ς') ? lower.replaceAll('ς', 'σ') : lower;
}

export type TextTest = (text: string) => boolean;

/** Compiles a pattern over text that is already folded when the pattern is. The pattern covers the whole text. */
export function compilePattern(pattern: Pattern): TextTest {
  if (pattern.length === 0) return (text) => text === '';
  const [first, second, third] = pattern;
  if (pattern.length === 1 && first !== undefined) {
    if (typeof first === 'string') return (text) => text === first;
    if (isAny(first)) return () => true;
  }
  if (pattern.length === 2) {
    if (typeof first === 'string' && isAny(second)) return (text) => text.startsWith(first);
    if (isAny(first) && typeof second === 'string') return (text) => text.endsWith(second);
  }
  if (pattern.length === 3 && isAny(first) && typeof second === 'string' && isAny(third))
    return (text) => text.includes(second);
  return compileGeneral(pattern);
}

/** Splits at `*` into runs; the first and last are anchored, those between are found left to right. */
function compileGeneral(pattern: Pattern): TextTest {
  const runs: PatternPart[][] = [[]];
  for (const part of pattern) {
    if (isAny(part)) runs.push([]);
    else runs.at(-1)?.push(part);
  }
  const compiled = runs.map(compileRun);
  const head = compiled[0] ?? emptyRun;
  if (compiled.length === 1) return (text) => head.at(text, 0) === text.length;
  const tail = compiled.at(-1) ?? emptyRun;
  const middle = compiled.slice(1, -1);
  return (text) => {
    let at = head.at(text, 0);
    if (at < 0) return false;
    for (const run of middle) {
      at = run.find(text, at);
      if (at < 0) return false;
    }
    return tail.endsAt(text, at);
  };
}

interface Run {
  /** End of the run when it stands at `from`, else -1. */
  at(text: string, from: number): number;
  /** End of the first place at or after `from`, else -1. */
  find(text: string, from: number): number;
  /** Whether the run can stand at the very end, not before `from`. */
  endsAt(text: string, from: number): boolean;
}

const emptyRun: Run = { at: (_text, from) => from, find: (_text, from) => from, endsAt: () => true };

function compileRun(parts: readonly PatternPart[]): Run {
  if (parts.length === 0) return emptyRun;
  const [only] = parts;
  if (parts.length === 1 && typeof only === 'string') {
    return {
      at: (text, from) => (text.startsWith(only, from) ? from + only.length : -1),
      find(text, from) {
        const found = text.indexOf(only, from);
        return found < 0 ? -1 : found + only.length;
      },
      endsAt: (text, from) => text.length - only.length >= from && text.endsWith(only),
    };
  }
  const at = (text: string, from: number): number => {
    let here = from;
    for (const part of parts) {
      if (typeof part === 'string') {
        if (!text.startsWith(part, here)) return -1;
        here += part.length;
      } else {
        if (here >= text.length) return -1;
        here += widthAt(text, here);
      }
    }
    return here;
  };
  const units = parts.reduce((sum, part) => sum + (typeof part === 'string' ? part.length : 1), 0);
  const wildcards = parts.filter((part) => typeof part !== 'string').length;
  const longest = longestOf(parts);
  let search: ((text: string, from: number) => number) | undefined;
  return {
    at,
    find(text, after) {
      const found = text.indexOf(longest.text, after);
      if (found < 0) return -1;
      const from = Math.max(after, found - longest.before);
      if ((text.length - from) * units > mostTried) return (search ??= compileSearch(parts))(text, from);
      for (let start = from; start <= text.length; start += 1) {
        const end = at(text, start);
        if (end >= 0) return end;
      }
      return -1;
    },
    endsAt(text, from) {
      const last = text.length - units;
      for (let start = Math.max(from, last - wildcards); start <= last; start += 1)
        if (at(text, start) === text.length) return true;
      return false;
    },
  };
}

/** The longest literal, empty when there is none, and how many UTF-16 units can stand before it in the run. */
function longestOf(parts: readonly PatternPart[]): { text: string; before: number } {
  let longest = { text: '', before: 0 };
  let before = 0;
  for (const part of parts) {
    if (typeof part === 'string' && part.length > longest.text.length) longest = { text: part, before };
    before += typeof part === 'string' ? part.length : 2;
  }
  return longest;
}

/** Steps beyond which places are not tried one after the other: a hostile value would take their product. */
const mostTried = 100_000;

/**
 * The same search in time linear in the text: a bit for each character of the run says whether the run can have come so far
 * (Baeza-Yates and Gonnet, A new approach to text searching, 1992), 31 of them in a number.
 */
function compileSearch(parts: readonly PatternPart[]): (text: string, from: number) => number {
  const wanted = parts.flatMap((part) => (typeof part === 'string' ? Array.from(part) : [undefined]));
  const words = Math.ceil(wanted.length / 31);
  const any = new Int32Array(words);
  const masks = new Map<string, Int32Array>();
  const set = (mask: Int32Array, at: number) =>
    (mask[Math.floor(at / 31)] = (mask[Math.floor(at / 31)] ?? 0) | (1 << (at % 31)));
  for (const [at, character] of wanted.entries()) if (character === undefined) set(any, at);
  for (const [at, character] of wanted.entries()) {
    if (character === undefined) continue;
    const mask = masks.get(character) ?? Int32Array.from(any);
    masks.set(character, mask);
    set(mask, at);
  }
  const goal = 1 << ((wanted.length - 1) % 31);
  return (text, from) => {
    const states = new Int32Array(words);
    for (let at = from; at < text.length;) {
      const width = widthAt(text, at);
      const mask = masks.get(text.slice(at, at + width)) ?? any;
      let carry = 1;
      for (let word = 0; word < words; word += 1) {
        const state = states[word] ?? 0;
        states[word] = ((state << 1) | carry) & (mask[word] ?? 0) & 0x7fffffff;
        carry = (state >>> 30) & 1;
      }
      at += width;
      if (((states[words - 1] ?? 0) & goal) !== 0) return at;
    }
    return -1;
  };
}

/** `?` is one character, also when UTF-16 needs two units for it. */
function widthAt(text: string, at: number): number {
  const code = text.codePointAt(at);
  return code !== undefined && code > 0xffff ? 2 : 1;
}
