import type { Anchor } from '../scan/anchor.ts';
import { anchorsOfPredicate } from './anchors-of.ts';
import { nsOf, scanNs, scanOf, type Costs } from './costs.ts';
import { effortNs } from './effort.ts';
import type { Predicate, Tree } from './predicate-tree.ts';

/** For each tree the anchors of which one is found whenever it is true; undefined: it can be true of any event. */
export type Chosen = readonly (readonly Anchor[] | undefined)[];

interface Priced {
  anchors: readonly Anchor[];
  /** Their scans. */
  scans: ReadonlySet<string>;
  /** How many of them are found in an event. */
  chance: number;
}

interface Choice {
  /** undefined: it is tried with every event. */
  anchors: readonly Anchor[] | undefined;
  scans: ReadonlySet<string>;
  /** Nanoseconds that the rule costs an event, its scans apart. */
  ns: number;
}

interface Scan {
  ns: number;
  isClosed: boolean;
}

/** A rule whose anchors are found in more events than this is tried with every event: looking for them says nothing. */
const often = 0.6;
/** Each closes what is worth closing after the one before. */
const mostRounds = 4;
const never: Tree = { kind: 'always', value: false };

const noScans: ReadonlySet<string> = new Set();

/**
 * Chooses by what each rule is found: the anchors that are found most seldom. A scan that costs more than it saves is closed,
 * and what it looked for is found by other anchors, or tried with every event.
 */
export function chooseAnchors(trees: readonly Tree[], costs: Costs): Chosen {
  const known = new Map<Predicate, Priced | undefined>();
  const scans = new Map<string, Scan>();

  function priceOf(predicate: Predicate): Priced | undefined {
    if (known.has(predicate)) return known.get(predicate);
    const anchors = anchorsOfPredicate(predicate);
    const priced = anchors && {
      anchors,
      scans: new Set(anchors.map(scanOf)),
      chance: anchors.reduce((sum, anchor) => sum + costs.chanceOf(anchor), 0),
    };
    for (const anchor of anchors ?? [])
      if (!scans.has(scanOf(anchor))) scans.set(scanOf(anchor), { ns: scanNs(anchor, costs), isClosed: false });
    known.set(predicate, priced);
    return priced;
  }

  const isOpen = ({ scans: of }: Priced) => [...of].every((scan) => scans.get(scan)?.isClosed !== true);

  /** The cheapest set of anchors without which the tree is false; undefined: there is none. */
  function best(tree: Tree): Priced | undefined {
    if (tree.kind === 'always') return tree.value ? undefined : { anchors: [], scans: noScans, chance: 0 };
    if (tree.kind === 'leaf') {
      const priced = tree.negated ? undefined : priceOf(tree.predicate);
      return priced && isOpen(priced) ? priced : undefined;
    }
    if (tree.kind === 'and') {
      let cheapest: Priced | undefined;
      for (const one of tree.of) {
        const priced = best(one);
        if (priced && (!cheapest || priced.chance < cheapest.chance)) cheapest = priced;
      }
      return cheapest;
    }
    const parts: Priced[] = [];
    for (const one of tree.of) {
      const priced = best(one);
      if (!priced) return undefined;
      parts.push(priced);
    }
    return {
      anchors: parts.flatMap(({ anchors }) => anchors),
      scans: new Set(parts.flatMap((part) => [...part.scans])),
      chance: parts.reduce((sum, { chance }) => sum + chance, 0),
    };
  }
  const trials = trees.map((tree) => nsOf.candidate + effortNs(tree));
  function choiceFor(at: number): Choice {
    const found = best(trees[at] ?? never);
    const trial = trials[at] ?? 0;
    if (!found || found.chance > often) return { anchors: undefined, scans: noScans, ns: trial };
    return {
      anchors: found.anchors,
      scans: found.scans,
      ns: trial * found.chance + nsOf.anchor * found.anchors.length,
    };
  }

  const chosen = [...trees.keys()].map(choiceFor);

  /** Closes the scan when others find its rules for less; false: it stays. */
  function close(key: string, scan: Scan): boolean {
    const users = [...chosen.keys()].filter((at) => chosen[at]?.scans.has(key));
    const others = new Set(chosen.flatMap(({ scans: of }) => [...of]));
    scan.isClosed = true;
    let extra = 0;
    const instead = users.map((at) => {
      const priced = choiceFor(at);
      extra += priced.ns - (chosen[at]?.ns ?? 0);
      for (const opened of priced.scans)
        if (!others.has(opened)) {
          extra += scans.get(opened)?.ns ?? 0;
          others.add(opened);
        }
      return priced;
    });
    scan.isClosed = extra < scan.ns;
    if (scan.isClosed) for (const [index, at] of users.entries()) chosen[at] = instead[index] ?? choiceFor(at);
    return scan.isClosed;
  }

  for (let round = 0; round < mostRounds; round += 1) {
    const used = new Set(chosen.flatMap(({ scans: of }) => [...of]));
    const dearest = [...scans]
      .filter(([key, { ns }]) => ns > 0 && used.has(key))
      .toSorted(([, a], [, b]) => b.ns - a.ns);
    if (!dearest.map(([key, scan]) => close(key, scan)).includes(true)) break;
  }
  return chosen.map(({ anchors }) => anchors);
}
