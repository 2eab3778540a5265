import { RE2JS } from 're2js';
import { canonicalRange } from '../../base/address.ts';
import { errors } from './errors.ts';
import { tokensOf, type Token } from './tokens.ts';

export type Constant =
  | { kind: 'string' | 'hex' | 'binary' | 'timestamp'; text: string }
  | { kind: 'number'; value: number; text: string }
  | { kind: 'boolean'; value: boolean };

export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'LIKE' | 'MATCHES' | 'ISSUBSET' | 'ISSUPERSET';

/** `__name__:value`, `file:hashes.'SHA-256'`, `process:arguments[0]`: the type, then the steps. */
export interface ObjectPath {
  type: string;
  steps: readonly (string | number)[];
  /** As written. */
  text: string;
}

/** One comparison of the STIX 2.1 patterning grammar, and their algebra. */
export type Comparison =
  | { op: 'and' | 'or'; terms: readonly Comparison[] }
  | { op: 'not'; term: Comparison }
  | { op: 'exists'; path: ObjectPath }
  | { op: 'in'; path: ObjectPath; isNegated: boolean; constants: readonly Constant[] }
  | { op: 'test'; path: ObjectPath; isNegated: boolean; operator: Operator; constant: Constant; pattern?: RE2JS };

const maxDepth = 64;
const maxTerms = 500;

/** Reads a comparison expression. Throws STIX.SYNTAX, STIX.BAD_VALUE or STIX.TOO_LONG, with the column. */
export function parseComparison(source: string): Comparison {
  const tokens = tokensOf(source);
  let at = 0;
  let terms = 0;
  const peek = (): Token => tokens[at] ?? { kind: 'end', text: 'the end', column: source.length + 1 };
  const fail = (expected: string): never => {
    const found = peek();
    throw errors.SYNTAX([expected, found.kind === 'end' ? found.text : `"${found.text}"`], {
      where: { column: found.column },
    });
  };
  const isSign = (text: string) => peek().kind === 'sign' && peek().text === text;
  const isWord = (text: string) => peek().kind === 'word' && peek().text === text;
  const eat = (test: boolean) => {
    if (test) at += 1;
    return test;
  };
  const expectSign = (text: string) => {
    if (!eat(isSign(text))) fail(`"${text}"`);
  };

  const chain = (op: 'and' | 'or', word: string, inner: (depth: number) => Comparison, depth: number): Comparison => {
    const first = inner(depth);
    const all = [first];
    while (eat(isWord(word))) all.push(inner(depth));
    return all.length === 1 ? first : { op, terms: all };
  };
  // STIX 2.1 §9.4: AND binds closer than OR.
  const disjunction = (depth: number): Comparison => {
    if (depth > maxDepth) throw errors.TOO_LONG(['nested parentheses', maxDepth]);
    return chain('or', 'OR', (d) => chain('and', 'AND', proposition, d), depth);
  };

  function proposition(depth: number): Comparison {
    terms += 1;
    if (terms > maxTerms) throw errors.TOO_LONG(['comparisons', maxTerms]);
    if (eat(isWord('NOT'))) {
      if (depth > maxDepth) throw errors.TOO_LONG(['negations', maxDepth]);
      return { op: 'not', term: proposition(depth + 1) };
    }
    if (eat(isSign('('))) {
      const inner = disjunction(depth + 1);
      expectSign(')');
      return inner;
    }
    if (eat(isWord('EXISTS'))) return { op: 'exists', path: objectPath() };
    const path = objectPath();
    const isNegated = eat(isWord('NOT'));
    if (eat(isWord('IN'))) return { op: 'in', path, isNegated, constants: list() };
    const operator = operatorAt();
    const column = peek().column;
    const value = constant();
    const base = { op: 'test' as const, path, isNegated, operator, constant: value };
    if (operator === 'LIKE') return { ...base, pattern: compile(likeToRegex(textOf(value)), column) };
    if (operator === 'MATCHES') return { ...base, pattern: compile(textOf(value), column) };
    if (operator === 'ISSUBSET' || operator === 'ISSUPERSET') {
      if (canonicalRange(textOf(value)) === undefined)
        throw errors.BAD_VALUE(['address or range', textOf(value)], { where: { column } });
    }
    return base;
  }

  function operatorAt(): Operator {
    const token = peek();
    const known = operators[token.text];
    if (!known || (token.kind !== 'sign' && token.kind !== 'word')) return fail('an operator');
    at += 1;
    return known;
  }

  function objectPath(): ObjectPath {
    const start = peek();
    if (start.kind !== 'word') fail('an object path such as __name__:value');
    at += 1;
    expectSign(':');
    const steps: (string | number)[] = [];
    do {
      const step = peek();
      if (step.kind !== 'word' && step.kind !== 'string') fail('a property name');
      at += 1;
      steps.push(step.text);
      while (eat(isSign('['))) {
        const index = peek();
        if (!(index.kind === 'number' && /^\d+$/.test(index.text)) && !isSign('*')) fail('a list index or *');
        at += 1;
        steps.push(index.text === '*' ? '*' : Number(index.text));
        expectSign(']');
      }
    } while (eat(isSign('.')));
    const end = tokens[at]?.column ?? source.length + 1;
    return { type: start.text, steps, text: source.slice(start.column - 1, end - 1).trim() };
  }

  function list(): Constant[] {
    expectSign('(');
    const constants: Constant[] = [];
    do {
      constants.push(constant());
      terms += 1;
      if (terms > maxTerms) throw errors.TOO_LONG(['comparisons', maxTerms]);
    } while (eat(isSign(',')));
    expectSign(')');
    return constants;
  }

  function constant(): Constant {
    const token = peek();
    const value = constantOf(token) ?? fail('a constant');
    at += 1;
    return value;
  }

  const result = disjunction(0);
  if (peek().kind !== 'end') fail('AND, OR or the end');
  return result;
}

const operators: Readonly<Record<string, Operator>> = {
  '=': '=',
  '==': '=',
  '!=': '!=',
  '<>': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  LIKE: 'LIKE',
  MATCHES: 'MATCHES',
  ISSUBSET: 'ISSUBSET',
  ISSUPERSET: 'ISSUPERSET',
};

function constantOf(token: Token): Constant | undefined {
  const { kind, text, column } = token;
  switch (kind) {
    case 'string':
      return { kind, text };
    case 'number':
      return { kind, value: Number(text), text };
    case 'boolean':
      return { kind, value: text === 'true' };
    case 'hex':
      if (!/^(?:[0-9a-fA-F]{2})*$/.test(text)) throw errors.BAD_VALUE(['hex constant', text], { where: { column } });
      return { kind, text: text.toLowerCase() };
    case 'binary':
      return { kind, text };
    case 'timestamp':
      if (Number.isNaN(Date.parse(text))) throw errors.BAD_VALUE(['timestamp', text], { where: { column } });
      return { kind, text };
    default:
      return undefined;
  }
}

/** The text of a constant, as strings are compared. */
export function textOf(constant: Constant): string {
  return constant.kind === 'boolean' ? String(constant.value) : constant.text;
}

/** STIX 2.1 §9.6.1: % is any run of characters, _ one. */
function likeToRegex(like: string): string {
  const body = Array.from(like, (char) => (char === '%' ? '.*' : char === '_' ? '.' : RE2JS.quote(char))).join('');
  return `(?s)^${body}$`;
}

function compile(pattern: string, column: number): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch {
    throw errors.BAD_VALUE(['regular expression (RE2 syntax)', pattern], { where: { column } });
  }
}
