import { eventValues } from '../event-values.ts';
import type { LinkedCorrelation, RuleSet } from '../link-rules.ts';
import { fold } from '../pattern.ts';
import { advanceWindow } from './advance-window.ts';
import { closeWindows } from './close-windows.ts';
import type { Correlator, CorrelatorOptions, Firing } from './correlator.ts';
import { countedValues, fieldValueOf, firingKey, firingValues, type CountedValues } from './counted-values.ts';
import { feedsOf, type Feed } from './feeds.ts';
import { windowPlan } from './window-plan.ts';
import {
  shortHash,
  type Advance,
  type CountedItem,
  type Episode,
  type EpisodeKeeper,
  type WindowState,
} from './window-state.ts';

/** The detail of an entry is the key of its event. */
const keeper: EpisodeKeeper<string, Episode> = { open: (episode) => episode, add: () => {} };

/** An item on its way to a correlation's window. */
interface Waiting {
  rule: LinkedCorrelation;
  item: CountedItem & CountedValues;
  /** Key of the event that it is, or that led to it. */
  key: string;
}

/**
 * Correlates events in memory, for files and tests: the same windows as the product's, without a store and without a clock.
 * Events may come in any order within 5 minutes of event time; how the rest counts is told in SPEC.md.
 */
export function createCorrelator(
  { correlations, reporting }: RuleSet,
  { groupsPerRule = 100_000 }: CorrelatorOptions = {},
): Correlator {
  const feeds = feedsOf(correlations);
  const windows = new Map(correlations.map((rule) => [rule, new Map<string, WindowState<string>>()]));
  const incomplete = new Map<string, number>();
  const forgotten = new Map<string, number>();
  let added = 0;

  function feed(
    id: string,
    item: CountedItem,
    key: string,
    valuesOf: (feed: Feed) => CountedValues | undefined,
  ): Waiting[] {
    return (feeds.get(id) ?? []).flatMap((one) => {
      const counted = valuesOf(one);
      if (counted) return [{ rule: one.correlation, key, item: { ...item, feed: one.feed, ...counted } }];
      const name = one.correlation.header.id;
      incomplete.set(name, (incomplete.get(name) ?? 0) + 1);
      return [];
    });
  }

  /** What fired, and what it feeds. */
  function fire(rule: LinkedCorrelation, state: WindowState<string>, advance: Advance<string, Episode>, by?: Waiting) {
    const fired: Firing[] = [];
    const waiting: Waiting[] = [];
    for (const { end, detail, sourceId, episode, isFirst } of advance.firings) {
      const { anchor, first, last, count } = episode;
      const key = detail ?? by?.key ?? '';
      fired.push({
        correlation: rule,
        group: state.group,
        time: end.t,
        key,
        isFirst,
        isReporting: reporting.has(rule.header.id),
        episode: { anchor, first, last, count },
      });
      const item: CountedItem = {
        feed: 0,
        key: firingKey(rule, end),
        source_id: sourceId,
        time: end.t,
        arrived_at: by?.item.arrived_at ?? end.t,
        order: end.o ?? 0,
        weight: 1,
      };
      const values = firingValues(state.group, end.c);
      waiting.push(...feed(rule.header.id, item, key, (one) => countedValues(one, values)));
    }
    return { fired, waiting };
  }

  /** Of too many, those that nothing was heard of for longest; those that fired last of all. */
  function forget({ header }: LinkedCorrelation, states: Map<string, WindowState<string>>): void {
    if (states.size <= groupsPerRule) return;
    const surplus = states.size - Math.floor(groupsPerRule * 0.9);
    const order = [...states].sort(
      ([, one], [, other]) => Math.sign(one.episodes.length) - Math.sign(other.episodes.length),
    );
    for (const [id] of order.slice(0, surplus)) states.delete(id);
    forgotten.set(header.id, (forgotten.get(header.id) ?? 0) + surplus);
  }

  /** By rank, so that what one correlation fires is there when those that count it are asked. */
  function run(first: readonly Waiting[], isEnd = false): Firing[] {
    if (first.length === 0 && !isEnd) return [];
    const waiting = [...first];
    const fired: Firing[] = [];
    const take = (more: ReturnType<typeof fire>) => {
      fired.push(...more.fired);
      waiting.push(...more.waiting);
    };
    for (const rule of correlations) {
      const states = windows.get(rule) ?? new Map<string, WindowState<string>>();
      const plan = windowPlan(rule);
      const mine = waiting.filter((one) => one.rule === rule);
      for (const one of mine) {
        const id = shortHash(...one.item.group.map(({ value }) => fold(value)));
        const state = states.get(id) ?? { group: one.item.group, entries: [], sources: [], episodes: [] };
        // Again at the end: who was touched longest ago stands first.
        states.delete(id);
        states.set(id, state);
        forget(rule, states);
        take(fire(rule, state, advanceWindow(plan, state, one.item, one.key, keeper), one));
      }
      if (!isEnd || !plan.isClosed) continue;
      for (const state of states.values()) {
        const advance: Advance<string, Episode> = { kind: 'counted', firings: [], changed: new Set() };
        closeWindows(plan, state, keeper, Infinity, advance);
        take(fire(rule, state, advance));
      }
    }
    return fired;
  }

  return {
    add({ view, rules, time, key, source = '', order, weight = 1 }) {
      added += 1;
      const values = fieldValueOf(eventValues(view));
      const item: CountedItem = {
        feed: 0,
        key: key ?? `#${added}`,
        source_id: source,
        time: Math.trunc(time),
        arrived_at: Math.trunc(time),
        order: order ?? added,
        weight,
      };
      return run(rules.flatMap(({ header }) => feed(header.id, item, key ?? '', (one) => countedValues(one, values))));
    },
    finish: () => run([], true),
    incomplete: () => incomplete,
    forgotten: () => forgotten,
  };
}
