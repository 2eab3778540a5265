import type { Predicate, Tree } from './predicate-tree.ts';

/** Nanoseconds that it takes to find a tree false, roughly: one part of `and` does, each part of `or` must. */
export function effortNs(tree: Tree): number {
  if (tree.kind === 'always') return 0;
  if (tree.kind === 'leaf') return leafNs(tree.predicate);
  const parts = tree.of.map(effortNs);
  return tree.kind === 'and' ? 20 + parts.reduce((least, ns) => Math.min(least, ns)) : parts.reduce((a, b) => a + b, 0);
}

function leafNs({ field, matcher }: Predicate): number {
  const each = matcher.kind === 'regex' ? 2_000 : matcher.kind === 'cidr' || matcher.kind === 'time' ? 300 : 40;
  return field === undefined ? 20 * each : each;
}
