import type { View } from '../event-values.ts';
import type { LinkedCorrelation } from '../link-rules.ts';
import type { Rule } from '../rule.ts';

/** An event and the rules that matched it, as an `Evaluator` gives them. */
export interface CorrelatedEvent {
  /** Its fields, by the names that the rules use. */
  view: View;
  rules: readonly Rule[];
  /** When it happened, epoch ms. */
  time: number;
  /** Its identity: an event that comes again is not counted. Default: each is one of its own. */
  key?: string;
  /** Who sent it; sources may lag behind each other (SPEC.md [C21]). Default: one source. */
  source?: string;
  /** Its place among events of equal time; default: the order in which they are added. */
  order?: number;
  /** How many equal events it stands for; default 1. */
  weight?: number;
}

/** A window of a correlation that held. */
export interface Firing {
  correlation: LinkedCorrelation;
  /** Group-by fields and their values, in the rule's order. */
  group: readonly { field: string; value: string }[];
  /** Time of the event that ends the window, epoch ms. */
  time: number;
  /** Key of that event, or of the one that came late and completed the window; empty when the event was given none. */
  key: string;
  /** true: nothing of this attack was told before; false: it goes on. */
  isFirst: boolean;
  /** Whether the correlation makes findings of its own (SPEC.md [C9]). */
  isReporting: boolean;
  /** The run of events that it belongs to, as known now: times in epoch ms, number of events. */
  episode: { anchor: number; first: number; last: number; count: number };
}

/** All correlations of a rule set over events, in memory. */
export interface Correlator {
  /** Counts an event; gives what fired by it, inner correlations before those that count them. */
  add(event: CorrelatedEvent): readonly Firing[];
  /** No event will follow: decides every window that waits for its end. */
  finish(): readonly Firing[];
  /** Correlation id → events that lacked a field it groups by or counts (SPEC.md [C14]). */
  incomplete(): ReadonlyMap<string, number>;
  /** Correlation id → groups that were forgotten because there were too many (SPEC.md [C29]). */
  forgotten(): ReadonlyMap<string, number>;
}

export interface CorrelatorOptions {
  /** Groups that a correlation may remember; default 100,000. */
  groupsPerRule?: number;
}
