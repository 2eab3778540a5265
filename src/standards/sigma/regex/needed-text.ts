import { kinds, type Instructions } from './instructions.ts';

/** The longest text that stands in every match, as written; empty when there is none. */
export function neededText(instructions: Instructions): string {
  const { kinds: kindOf, other, readerOf, readers } = instructions;
  let longest = '';
  let run = '';
  // Between two that read there is a fork or nothing.
  for (const at of dominators(instructions)) {
    const only = kindOf[at] === kinds.read ? readers[readerOf[other[at] ?? 0] ?? 0]?.only : undefined;
    run = only === undefined ? '' : run + String.fromCodePoint(only);
    if (run.length > longest.length) longest = run;
  }
  return longest;
}

/**
 * What every way from the start to a match goes through, in order (Cooper, Harvey and Kennedy, A simple, fast dominance algorithm, 2001).
 * Empty when there is no way.
 */
function dominators(instructions: Instructions): number[] {
  const { start, kinds: kindOf, next, other } = instructions;
  const order = leavingOrder(instructions);
  const match = kindOf.indexOf(kinds.match);
  if (!order.includes(match)) return [];
  const rank = new Int32Array(kindOf.length);
  for (const [index, at] of order.entries()) rank[at] = index;
  /** By instruction: the nearest one that every way to it goes through; -1: not known yet. */
  const above = new Int32Array(kindOf.length).fill(-1);
  above[start] = start;
  const lead = (at: number, to: number): boolean => {
    if (to === start) return false;
    const known = above[to] ?? -1;
    let [a, b] = [at, known < 0 ? at : known];
    while (a !== b)
      if ((rank[a] ?? 0) < (rank[b] ?? 0)) a = above[a] ?? start;
      else b = above[b] ?? start;
    above[to] = a;
    return a !== known;
  };
  for (let isNew = true; isNew;) {
    isNew = false;
    for (let index = order.length - 1; index >= 0; index -= 1) {
      const at = order[index] ?? 0;
      if (kindOf[at] === kinds.match || kindOf[at] === kinds.fail) continue;
      if (lead(at, next[at] ?? 0)) isNew = true;
      if (kindOf[at] === kinds.fork && lead(at, other[at] ?? 0)) isNew = true;
    }
  }
  const chain = [match];
  for (let at = match; at !== start; chain.push(at)) at = above[at] ?? start;
  return chain.reverse();
}

/** All that can be reached, in the order in which a depth-first search leaves it. */
function leavingOrder({ start, kinds: kindOf, next, other }: Instructions): number[] {
  const order: number[] = [];
  /** How many of the ways on were taken; one more when it is on the path. */
  const taken = new Uint8Array(kindOf.length);
  const path = [start];
  taken[start] = 1;
  for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
    const ways = kindOf[at] === kinds.fork ? 2 : kindOf[at] === kinds.match || kindOf[at] === kinds.fail ? 0 : 1;
    const way = (taken[at] ?? 0) - 1;
    if (way >= ways) {
      order.push(at);
      path.pop();
      continue;
    }
    taken[at] = way + 2;
    const to = (way === 0 ? next[at] : other[at]) ?? 0;
    if (taken[to] !== 0) continue;
    taken[to] = 1;
    path.push(to);
  }
  return order;
}
