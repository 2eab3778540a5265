import type { LinkedCorrelation } from '../link-rules.ts';
import { isClosed } from './is-closed.ts';
import { windowTest, type WindowTest } from './window-test.ts';
import { shortHash, type Entry, type WindowState } from './window-state.ts';

/** How a correlation's windows are moved. */
export interface WindowPlan {
  rule: LinkedCorrelation;
  timespanMs: number;
  /** How late an event may come and be counted as if it had come in time. */
  latenessMs: number;
  /** Decided at the window's end, instead of at the event that makes it true. */
  isClosed: boolean;
  /** Whether one event counts for each of the rules that it matches; else once. */
  isByRule: boolean;
  holds: WindowTest;
  /** Entries that a group keeps (SPEC.md [C27]). */
  limit: number;
  /** Hash of what the stored entries depend on. */
  meaning: string;
}

const allowedLatenessMs = 300_000;
/** For the firing of an inner correlation to be handed over. */
const handOverMs = 60_000;
const room = 64;
const mostSteps = 512;

const plans = new WeakMap<LinkedCorrelation, WindowPlan>();

/** The plan of a correlation; made once. */
export function windowPlan(rule: LinkedCorrelation): WindowPlan {
  let plan = plans.get(rule);
  if (!plan) {
    plan = {
      rule,
      timespanMs: rule.timespanMs,
      latenessMs: allowedLatenessMs + delayOf(rule),
      isClosed: isClosed(rule),
      isByRule: rule.type === 'temporal' || rule.type === 'temporal_ordered',
      holds: windowTest(rule),
      limit: entryLimit(rule),
      meaning: meaningOf(rule),
    };
    plans.set(rule, plan);
  }
  return plan;
}

/** How long after its event a firing of what it counts may come: an inner window is decided when it is over. */
function delayOf(rule: LinkedCorrelation): number {
  return Math.max(
    0,
    ...rule.feeds.map(({ of }) =>
      of.kind === 'rule' ? 0 : delayOf(of) + (isClosed(of) ? of.timespanMs + allowedLatenessMs + handOverMs : 0),
    ),
  );
}

/** The most a condition can ask for, with room for late events. */
function entryLimit({ type, conditions, feeds }: LinkedCorrelation): number {
  const asked = Math.max(0, ...conditions.map(({ value }) => value));
  if (type === 'value_count') return asked + room;
  if (type === 'event_count') return Math.min(asked + room, mostSteps);
  if (type === 'temporal' || type === 'temporal_ordered')
    return Math.max(room * Math.min(feeds.length, 8), 4 * feeds.length);
  return mostSteps;
}

/** A threshold may change and the counting goes on; what is counted, and how it is told apart, may not. */
function meaningOf(rule: LinkedCorrelation): string {
  const { type, feeds, groupBy, fields, aliases, percentile, carries } = rule;
  const ids = feeds.map(({ of }) => of.header.id);
  const named = [...aliases].map(([alias, byRule]) => [alias, [...byRule]]);
  return shortHash(JSON.stringify([type, ids, groupBy, fields, named, percentile ?? null, carries, isClosed(rule)]));
}

/** Whether two neighbours are one event, which matched two rules: it is counted, and fires, once. */
export function isTwin({ isByRule }: WindowPlan, one: Entry | undefined, other: Entry | undefined): boolean {
  return isByRule && !!one && !!other && one.o !== undefined && one.o === other.o && one.t === other.t;
}

/** Forgets what was counted for a rule that meant something else. Episodes stay: what was told stays told (SPEC.md [C30]). */
export function keepMeaning({ meaning }: WindowPlan, state: WindowState): void {
  if (state.meaning !== undefined && state.meaning !== meaning) {
    state.entries = [];
    delete state.decided;
    delete state.floor;
  }
  state.meaning = meaning;
}
