import { canonicalAddress, canonicalRange, isInRange } from '../../base/address.ts';
import { textOf, type Comparison, type Constant, type ObjectPath } from './comparison.ts';

/** A value as it is known; `undefined` and `null` are unknown. */
export type Known = string | number | boolean | null | undefined;

/**
 * Evaluates a comparison. `valuesAt` gives every value that a path names (none: it does not exist); a comparison holds
 * when it holds for one of them. A value that cannot be compared with the constant makes every operator false, so
 * `NOT` of it is true, and an absent value matches nothing, not even `!=`.
 */
export function evaluateComparison(expression: Comparison, valuesAt: (path: ObjectPath) => readonly Known[]): boolean {
  const known = (path: ObjectPath) => valuesAt(path).filter((value) => value !== null && value !== undefined);
  switch (expression.op) {
    case 'and':
      return expression.terms.every((term) => evaluateComparison(term, valuesAt));
    case 'or':
      return expression.terms.some((term) => evaluateComparison(term, valuesAt));
    case 'not':
      return !evaluateComparison(expression.term, valuesAt);
    case 'exists':
      return known(expression.path).length > 0;
    case 'in':
      return known(expression.path).some(
        (value) => expression.constants.some((constant) => compare(value, constant) === 0) !== expression.isNegated,
      );
    case 'test':
      return known(expression.path).some((value) => test(expression, value) !== expression.isNegated);
  }
}

function test(
  { operator, constant, pattern }: Extract<Comparison, { op: 'test' }>,
  value: string | number | boolean,
): boolean {
  switch (operator) {
    case 'LIKE':
    case 'MATCHES':
      return pattern?.matcher(String(value)).find() ?? false;
    case 'ISSUBSET':
      return covers(textOf(constant), String(value));
    case 'ISSUPERSET':
      return covers(String(value), textOf(constant));
    default: {
      const order = compare(value, constant);
      if (order === undefined) return operator === '!=';
      switch (operator) {
        case '=':
          return order === 0;
        case '!=':
          return order !== 0;
        case '<':
          return order < 0;
        case '<=':
          return order <= 0;
        case '>':
          return order > 0;
        case '>=':
          return order >= 0;
      }
    }
  }
}

/** Negative, zero or positive; undefined when the two cannot be compared. The constant's type decides how. */
function compare(value: string | number | boolean, constant: Constant): number | undefined {
  switch (constant.kind) {
    case 'number': {
      const number = numberOf(value);
      return number === undefined ? undefined : number - constant.value;
    }
    case 'boolean': {
      const text = String(value).toLowerCase();
      return text === 'true' || text === 'false' ? Number(text === 'true') - Number(constant.value) : undefined;
    }
    case 'timestamp': {
      const time = Date.parse(String(value));
      return Number.isNaN(time) ? undefined : time - Date.parse(constant.text);
    }
    case 'hex':
      return orderOf(String(value).toLowerCase(), constant.text);
    case 'string':
    case 'binary':
      // A typed number against a quoted one is meant as a number (CACAO values are strings in JSON).
      if (typeof value === 'number') {
        const number = numberOf(constant.text);
        return number === undefined ? undefined : value - number;
      }
      return orderOf(String(value), constant.text);
  }
}

function orderOf(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function numberOf(value: string | number | boolean): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean' || !/^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(value)) return undefined;
  return Number(value);
}

/** Whether the range `outer` holds the whole of the address or range `inner`. */
function covers(outer: string, inner: string): boolean {
  const range = canonicalRange(outer);
  const part = canonicalRange(inner);
  if (!range || !part) return false;
  const [address = '', prefix = '0'] = part.split('/');
  const [, outerPrefix = '0'] = range.split('/');
  return Number(outerPrefix) <= Number(prefix) && canonicalAddress(address) !== undefined && isInRange(address, range);
}
