import { errors } from './errors.ts';
import type { Condition } from './rule.ts';

/** Characters of a name in a message. */
const longestTold = 200;

const limits = { characters: 20_000, depth: 200 };

/**
 * Reads a condition. From weak to strong: or, and, not, `1 of`/`all of`, parentheses.
 * Quantifiers become `or`/`and` over the searches they select; a selection of nothing is an error.
 */
export function parseCondition(text: string, searches: readonly string[]): Condition {
  if (text.length > limits.characters) throw errors.BAD_CONDITION([`it has ${text.length} characters`]);
  const tokens = text.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  let depth = 0;

  const word = () => tokens[at]?.toLowerCase();
  const isKeyword = (keyword: string) =>
    word() === keyword && tokens[at] !== undefined && !searches.includes(tokens[at] ?? '');

  function chain(keyword: 'or' | 'and', next: () => Condition): Condition {
    const parts = [next()];
    while (isKeyword(keyword)) {
      at += 1;
      parts.push(next());
    }
    const [only] = parts;
    return parts.length === 1 && only ? only : { kind: keyword, of: parts };
  }

  const parseOr = (): Condition => chain('or', parseAnd);
  const parseAnd = (): Condition => chain('and', parseNot);

  function parseNot(): Condition {
    let negations = 0;
    while (isKeyword('not')) {
      at += 1;
      negations += 1;
    }
    let condition = parseTerm();
    for (let count = 0; count < negations % 2; count += 1) condition = { kind: 'not', of: condition };
    return condition;
  }

  function parseTerm(): Condition {
    const token = tokens[at];
    if (token === undefined) throw errors.BAD_CONDITION(['it ends where a search is expected']);
    at += 1;
    if (token === '(') {
      depth += 1;
      if (depth > limits.depth)
        throw errors.BAD_CONDITION([`its parentheses are nested more than ${limits.depth} deep`]);
      const inner = parseOr();
      if (tokens[at] !== ')') throw errors.BAD_CONDITION(['a closing parenthesis is missing']);
      at += 1;
      depth -= 1;
      return inner;
    }
    if (token === ')') throw errors.BAD_CONDITION(['a closing parenthesis stands where a search is expected']);
    if (word() === 'of' && !searches.includes(token)) {
      at += 1;
      return parseQuantifier(token);
    }
    if (['and', 'or', 'not', 'of'].includes(token.toLowerCase()) && !searches.includes(token))
      throw errors.BAD_CONDITION([`"${token}" stands where a search is expected`]);
    if (token === '|') throw errors.BAD_CONDITION(['aggregations with "|" are obsolete; write a correlation']);
    if (!searches.includes(token)) throw errors.UNKNOWN_SEARCH([token.slice(0, longestTold)]);
    return { kind: 'search', name: token };
  }

  function parseQuantifier(quantifier: string): Condition {
    const kind = { '1': 'or', any: 'or', all: 'and' }[quantifier.toLowerCase()];
    if (kind !== 'or' && kind !== 'and')
      throw errors.BAD_CONDITION([`"${quantifier} of" is neither "1 of", "any of" nor "all of"`]);
    const selector = tokens[at];
    if (selector === undefined || selector === '(' || selector === ')')
      throw errors.BAD_CONDITION([`"${quantifier} of" names nothing`]);
    at += 1;
    const names = select(selector, searches);
    if (names.length === 0) throw errors.UNKNOWN_SEARCH([selector.slice(0, longestTold)]);
    return { kind, of: names.map((name) => ({ kind: 'search', name })) };
  }

  const condition = parseOr();
  if (tokens[at] !== undefined) throw errors.BAD_CONDITION([`"${tokens[at]}" stands where nothing more is expected`]);
  return condition;
}

/** `them` leaves out names that begin with an underscore; a pattern takes what it says. */
function select(selector: string, searches: readonly string[]): string[] {
  if (selector === 'them') return searches.filter((name) => !name.startsWith('_'));
  const pieces = selector.split('*');
  const [first = ''] = pieces;
  const last = pieces.at(-1) ?? '';
  return searches.filter((name) => {
    if (pieces.length === 1) return name === selector;
    if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
    let from = first.length;
    for (const piece of pieces.slice(1, -1)) {
      const found = name.indexOf(piece, from);
      if (found < 0 || found + piece.length > name.length - last.length) return false;
      from = found + piece.length;
    }
    return true;
  });
}
