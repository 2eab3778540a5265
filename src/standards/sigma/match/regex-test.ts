import { RE2JS } from 're2js';
import type { TextTest } from '../pattern.ts';
import { Automaton } from '../regex/automaton.ts';
import { readProgram } from '../regex/program.ts';

export interface Regex {
  source: string;
  /** Of i, m and s. Inline flags such as `(?i)` are RE2's own. */
  flags: string;
}

/** Public rules have a thousand at most. Each may cost some nanoseconds for each character of a text. */
const mostInstructions = 10_000;
const mostCharacters = 20_000;

/** Throws what RE2 cannot read, and what would be too large for it to be quick. */
export function readRegex({ source, flags }: Regex): RE2JS {
  if (source.length > mostCharacters)
    throw new Error(`it has ${source.length} characters, ${mostCharacters} are allowed`);
  const bits = { i: RE2JS.CASE_INSENSITIVE, m: RE2JS.MULTILINE, s: RE2JS.DOTALL };
  let all = 0;
  for (const [flag, bit] of Object.entries(bits)) if (flags.includes(flag)) all |= bit;
  const regex = RE2JS.compile(source, all);
  const size = regex.programSize();
  if (size > mostInstructions)
    throw new Error(`it has ${size} steps when its repeats are written out, ${mostInstructions} are allowed`);
  return regex;
}

/** A search in linear time. What `readRegex` throws is thrown by the first test: nothing is read before. */
export function compileRegex(written: Regex): TextTest {
  let automaton: Automaton | undefined;
  return (text) => (automaton ??= new Automaton(readProgram(readRegex(written)))).test(text);
}
