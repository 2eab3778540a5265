import { errors } from './errors.ts';

export type TokenKind = 'word' | 'string' | 'number' | 'boolean' | 'hex' | 'binary' | 'timestamp' | 'sign' | 'end';

export interface Token {
  kind: TokenKind;
  /** Words and signs as written, constants by their meaning. */
  text: string;
  /** From 1. */
  column: number;
}

const maxChars = 10_000;
const signs = ['!=', '<>', '<=', '>=', '==', '=', '<', '>', '(', ')', '[', ']', ',', ':', '.', '*'];
// STIX 2.1 §9.6: literals. A path's words may begin with underscores and carry hyphens.
const word = /[A-Za-z_][A-Za-z0-9_-]*/y;
const number = /[+-]?(?:\d*\.\d+|\d+)/y;

/** Splits a comparison expression. Throws STIX.SYNTAX with the column. */
export function tokensOf(source: string): Token[] {
  if (source.length > maxChars) throw errors.TOO_LONG(['characters', maxChars]);
  const tokens: Token[] = [];
  let at = 0;
  const push = (kind: TokenKind, text: string, end: number) => {
    tokens.push({ kind, text, column: at + 1 });
    at = end;
  };
  while (at < source.length) {
    const char = source.charAt(at);
    if (/\s/.test(char)) {
      at += 1;
      continue;
    }
    const prefix = /[hbt]/.test(char) && source.charAt(at + 1) === "'" ? char : '';
    if (char === "'" || prefix) {
      const literal = stringAt(source, at + prefix.length);
      push(kindOfPrefix[prefix] ?? 'string', literal.text, literal.end);
      continue;
    }
    const found = matchAt(word, source, at);
    if (found) {
      push(found === 'true' || found === 'false' ? 'boolean' : 'word', found, at + found.length);
      continue;
    }
    const digits = matchAt(number, source, at);
    if (digits) {
      push('number', digits, at + digits.length);
      continue;
    }
    const sign = signs.find((candidate) => source.startsWith(candidate, at));
    if (!sign) throw errors.SYNTAX(['a comparison', `"${char}"`], { where: { column: at + 1 } });
    push('sign', sign, at + sign.length);
  }
  push('end', 'the end', at);
  return tokens;
}

const kindOfPrefix: Readonly<Record<string, TokenKind>> = { h: 'hex', b: 'binary', t: 'timestamp' };

function matchAt(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}

function stringAt(source: string, start: number): { text: string; end: number } {
  let text = '';
  for (let at = start + 1; at < source.length; at += 1) {
    const char = source.charAt(at);
    if (char === "'") return { text, end: at + 1 };
    if (char === '\\') {
      at += 1;
      const escaped = source.charAt(at);
      if (escaped !== "'" && escaped !== '\\')
        throw errors.SYNTAX(["\\' or \\\\", `"\\${escaped}"`], { where: { column: at } });
      text += escaped;
    } else text += char;
  }
  throw errors.SYNTAX(["a closing '", 'the end'], { where: { column: start + 1 } });
}
