import { z } from 'zod';
import {
  advanceWindow,
  createCorrelator,
  createEvaluator,
  Entry,
  linkRules,
  parseDocuments,
  windowPlan,
  WindowState as WindowStateShape,
  type Episode,
  type Firing,
} from '../src/standards/sigma/index.ts';
import type { CountedItem, WindowState } from '../src/standards/sigma/correlate/window-state.ts';

const GroupState = WindowStateShape.extend({ entries: z.array(Entry.extend({ d: z.string().optional() })) });

/** An event of these tests: matches the rule of each letter in `is` (a to f). */
export interface Played {
  is: string;
  /** Seconds. */
  at: number;
  key?: string;
  source?: string;
  order?: number;
  weight?: number;
  [field: string]: unknown;
}

const plainRule = (id: string) =>
  `title: ${id}\nid: ${id}\nlogsource: {}\ndetection: {s: {is|contains: ${id}}, condition: s}\n---\n`;
/** The rules a to f. */
export const plainRules = 'abcdef'.split('').map(plainRule).join('');

/** The correlations of a text over the rules a to f; throws what is wrong with them. A body without a title becomes one of id `corr`. */
export function loadCorrelations(text: string) {
  const documents = text.includes('title:') ? text : `title: corr\nid: corr\ncorrelation: {${text}}\n`;
  const set = linkRules(parseDocuments(plainRules + documents, 'r.yml'));
  const wrong = set.documents.flatMap(({ problems }) => problems.filter(({ severity }) => severity === 'error'));
  if (wrong[0]) throw wrong[0].error;
  return set;
}

/** Plays events through the correlator, to the end. */
export function play(text: string, events: readonly Played[]): { firings: Firing[]; incomplete: Map<string, number> } {
  const set = loadCorrelations(text);
  const evaluator = createEvaluator(set.rules);
  const correlator = createCorrelator(set);
  const firings = events.flatMap(({ at, key, source, order, weight, ...view }, index) => [
    ...correlator.add({
      view,
      rules: evaluator.evaluate(view, [{}]),
      time: at * 1_000,
      key: key ?? `${index}`,
      ...(source === undefined ? {} : { source }),
      ...(order === undefined ? {} : { order }),
      ...(weight === undefined ? {} : { weight }),
    }),
  ]);
  return { firings: [...firings, ...correlator.finish()], incomplete: new Map(correlator.incomplete()) };
}

/** What fired, as `rule@seconds`, in order; `!` marks the first of an episode. */
export function firedAt(text: string, events: readonly Played[]): string[] {
  return play(text, events).firings.map(
    ({ correlation, time, isFirst }) => `${correlation.header.id}@${time / 1_000}${isFirst ? '!' : ''}`,
  );
}

/** Moves one group of the only correlation of a text, event by event, its state as it comes back from a store each time. */
export function playGroup(
  text: string,
  items: readonly Partial<CountedItem>[],
  before: WindowState<string> = { group: [], entries: [], sources: [], episodes: [] },
) {
  const [rule] = loadCorrelations(text).correlations;
  if (!rule) throw new Error('the text has no correlation');
  const plan = windowPlan(rule);
  let state = structuredClone(before);
  const keeper = { open: (episode: Episode) => episode, add: () => {} };
  const kinds = items.map((more, at) => {
    const time = more.time ?? 0;
    const item = { feed: 0, key: `${at}`, source_id: 's', time, arrived_at: time, order: at + 1, weight: 1, ...more };
    const advance = advanceWindow(plan, state, item, item.key, keeper);
    // Of a flood not every time: that is what takes long.
    if (items.length < 100 || at % 50 === 0) state = GroupState.parse(JSON.parse(JSON.stringify(state)));
    const [first] = advance.firings;
    return first ? (first.isFirst ? 'opened' : 'goes on') : advance.kind;
  });
  return { kinds, state, plan };
}
