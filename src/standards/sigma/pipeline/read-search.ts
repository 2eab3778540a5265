import { FirebreakError } from '../../../base/errors.ts';
import { makeMatchers } from '../make-matchers.ts';
import { parseModifiers } from '../modifiers.ts';
import type { Item, Logsource, Matcher, Search } from '../rule.ts';
import type { Node } from './node.ts';

/** The test of one plain value: a text with wildcards, a number, true, false or null. */
export function matcherOf(node: Node): Matcher {
  const [matcher] = located(node, () => makeMatchers(node.value, [], false, {}));
  if (!matcher) throw node.fail('a text, a number, true, false or null');
  return matcher;
}

/** Gives an error of the rule's own readers the place of the node. */
function located<T>(node: Node, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FirebreakError) || error.where) throw error;
    const { code, kind, message, fix, cause } = error;
    throw new FirebreakError({ code, kind, message, fix, where: node.where, cause });
  }
}

/**
 * The search that `conditions` of add_condition adds: all of its fields, with modifiers as in a rule.
 * With `template`, texts may name the rule's logsource: `$category`, `$product`, `$service`.
 */
export function readAddedSearch(conditions: Node, isTemplate: boolean): (logsource: Logsource) => Search {
  const make = (logsource: Logsource): Search => {
    const searches = conditions.entries().map(([key, node]) => itemOf(key, node, isTemplate ? logsource : undefined));
    const [only] = searches;
    return searches.length === 1 && only ? only : { kind: 'all', searches };
  };
  // Made once, so that faults show when the pipeline is read and not at the first rule.
  const plain = make({});
  return isTemplate ? make : () => plain;
}

function itemOf(key: string, node: Node, logsource: Logsource | undefined): Item {
  const [field = '', ...texts] = key.split('|').map((part) => part.trim());
  if (field === '') throw node.fail('named by a field');
  const modifiers = located(node, () => parseModifiers(texts));
  const values = node.list().map((element) => {
    const value = typeof element.value === 'string' && logsource ? filled(element.value, logsource) : element.value;
    return located(element, () => makeMatchers(value, modifiers, false, {}));
  });
  return {
    kind: 'item',
    field,
    text: key,
    all: modifiers.includes('all'),
    negated: modifiers.includes('neq'),
    values,
  };
}

function filled(text: string, logsource: Logsource): string {
  return text.replaceAll(/\$(category|product|service)\b/g, (_whole, name: 'category' | 'product' | 'service') =>
    logsource[name] === undefined ? '' : logsource[name],
  );
}
