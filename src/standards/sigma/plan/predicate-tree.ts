import { compileMatcher, type ValuesTest } from '../compile-matcher.ts';
import type { EventValues } from '../event-values.ts';
import { compileRegex } from '../match/regex-test.ts';
import { compilePattern, fold } from '../pattern.ts';
import type { Condition, Detection, Item, Matcher, Search } from '../rule.ts';
import { neededTexts } from './regex-literals.ts';

/** One test of one field; without a field, of every value of the event. Equal ones of all rules are one object. */
export interface Predicate {
  field?: string;
  matcher: Matcher;
  test: ValuesTest;
  /** Of one text and the same folded, where it asks of nothing else. */
  ofText?: TwoTextsTest;
}

type TwoTextsTest = (text: string, folded: string) => boolean;

/** A detection with its negations at the leaves: what it takes to be true can be read off it. */
export type Tree =
  | { kind: 'always'; value: boolean }
  | { kind: 'leaf'; predicate: Predicate; negated: boolean }
  | { kind: 'and' | 'or'; of: readonly Tree[] };

/** Makes trees whose equal predicates are the same object. */
export interface Forest {
  treeOf(detection: Detection): Tree;
  predicates: readonly Predicate[];
}

export function createForest(): Forest {
  const predicates: Predicate[] = [];
  const known = new Map<string, Predicate>();

  function predicateOf(field: string | undefined, matcher: Matcher): Predicate {
    const key = keyOf(field, matcher);
    const before = known.get(key);
    if (before) return before;
    const made: Predicate = {
      ...(field === undefined ? {} : { field }),
      matcher,
      ...testsOf(matcher),
    };
    predicates.push(made);
    known.set(key, made);
    return made;
  }

  function treeOfItem({ field, all, negated, values }: Item, isWanted: boolean): Tree {
    const isTrue = isWanted !== negated;
    const leaves = values.map((variants) =>
      joined(
        isTrue ? 'or' : 'and',
        variants.map((matcher) => ({ kind: 'leaf', predicate: predicateOf(field, matcher), negated: !isTrue })),
      ),
    );
    return joined(all === isTrue ? 'and' : 'or', leaves);
  }

  function treeOfSearch(search: Search, isWanted: boolean): Tree {
    if (search.kind === 'item') return treeOfItem(search, isWanted);
    const inner = search.searches.map((one) => treeOfSearch(one, isWanted));
    return joined((search.kind === 'all') === isWanted ? 'and' : 'or', inner);
  }

  function treeOfCondition(condition: Condition, detection: Detection, isWanted: boolean): Tree {
    if (condition.kind === 'not') return treeOfCondition(condition.of, detection, !isWanted);
    if (condition.kind === 'search') {
      const search = detection.searches.get(condition.name);
      return search ? treeOfSearch(search, isWanted) : { kind: 'always', value: !isWanted };
    }
    const inner = condition.of.map((part) => treeOfCondition(part, detection, isWanted));
    return joined((condition.kind === 'and') === isWanted ? 'and' : 'or', inner);
  }

  return { treeOf: (detection) => treeOfCondition(detection.condition, detection, true), predicates };
}

/** Equal for equal predicates only. Most matchers by far are patterns, and writing them as JSON takes several times as long. */
function keyOf(field: string | undefined, matcher: Matcher): string {
  const asked = field === undefined ? '' : `${field.length}:${field}`;
  if (matcher.kind !== 'pattern') return `${asked}${JSON.stringify(matcher)}`;
  let key = matcher.cased ? `${asked}=` : `${asked}~`;
  for (const part of matcher.pattern) key += typeof part === 'string' ? `${part.length}:${part}` : part.wildcard;
  return key;
}

/** Made when they are first run: of most predicates no event ever comes so far. */
function testsOf(matcher: Matcher): Pick<Predicate, 'test' | 'ofText'> {
  if (matcher.kind !== 'pattern' && matcher.kind !== 'regex') {
    let test: ValuesTest | undefined;
    return { test: (values, event) => (test ??= compileMatcher(matcher))(values, event) };
  }
  let isIt: TwoTextsTest | undefined;
  const ofText: TwoTextsTest = (text, folded) => (isIt ??= textTestOf(matcher))(text, folded);
  return {
    ofText,
    test: (values) =>
      values !== undefined && values.some(({ raw, text, folded }) => raw !== null && ofText(text, folded)),
  };
}

function textTestOf(matcher: Extract<Matcher, { kind: 'pattern' | 'regex' }>): TwoTextsTest {
  if (matcher.kind === 'pattern') {
    if (matcher.cased) return compilePattern(matcher.pattern);
    const isIt = compilePattern(matcher.pattern.map((part) => (typeof part === 'string' ? fold(part) : part)));
    return (_text, folded) => isIt(folded);
  }
  const isIn = compileRegex(matcher);
  const needed = neededTexts(matcher.source);
  if (!needed) return isIn;
  // An expression is only run over a text that has one of those it needs. The long s folds to itself, and the expression takes it for an s.
  return (text, folded) => (needed.some((one) => folded.includes(one)) || folded.includes('ſ')) && isIn(text);
}

/** Joins trees; constants are worked in, nested ones of the same kind are flattened. */
export function joined(kind: 'and' | 'or', of: readonly Tree[]): Tree {
  const decides = kind === 'or';
  const rest: Tree[] = [];
  for (const tree of of) {
    if (tree.kind === 'always') {
      if (tree.value === decides) return tree;
    } else if (tree.kind === kind) rest.push(...tree.of);
    else rest.push(tree);
  }
  const [only] = rest;
  if (only === undefined) return { kind: 'always', value: !decides };
  return rest.length === 1 ? only : { kind, of: rest };
}

/** The tree where some predicates are known already; undefined from `truthOf`: this one is not. */
export function resolved(tree: Tree, truthOf: (predicate: Predicate) => boolean | undefined): Tree {
  if (tree.kind === 'always') return tree;
  if (tree.kind === 'leaf') {
    const truth = truthOf(tree.predicate);
    return truth === undefined ? tree : { kind: 'always', value: truth !== tree.negated };
  }
  return joined(
    tree.kind,
    tree.of.map((one) => resolved(one, truthOf)),
  );
}

export function truthOfPredicate({ field, test }: Predicate, event: EventValues): boolean {
  return test(field === undefined ? event.all() : event.of(field), event);
}
