import { RE2JS } from 're2js';
import type { TextTest } from '../pattern.ts';

export interface Regex {
  source: string;
  /** Of i, m and s. Inline flags such as `(?i)` are RE2's own. */
  flags: string;
}

/** Throws what RE2 cannot read. */
export function readRegex({ source, flags }: Regex): RE2JS {
  const bits = { i: RE2JS.CASE_INSENSITIVE, m: RE2JS.MULTILINE, s: RE2JS.DOTALL };
  let all = 0;
  for (const [flag, bit] of Object.entries(bits)) if (flags.includes(flag)) all |= bit;
  return RE2JS.compile(source, all);
}

/** A search in linear time. Throws as `readRegex` does. */
export function compileRegex(written: Regex): TextTest {
  const regex = readRegex(written);
  const { source, flags } = written;
  const least = /^(?:\.\*)?\.\{(\d{1,6}),\}(?:\.\*)?$/.exec(source)?.[1];
  if (least !== undefined) return (text) => hasLine(text, Number(least), flags.includes('s'));
  return (text) => regex.test(text);
}

/** `.{n,}`: an automaton has a state for each character of it. */
function hasLine(text: string, least: number, isOneLine: boolean): boolean {
  if (text.length < least) return false;
  const lines = isOneLine ? [text] : text.split('\n');
  return lines.some((line) => line.length >= least && (line.length >= 2 * least || codePoints(line) >= least));
}

function codePoints(line: string): number {
  let count = 0;
  for (const _character of line) count += 1;
  return count;
}
