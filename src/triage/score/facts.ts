import type { Verdict } from '../../schema/incident.ts';

/** What score and title are computed from. */
export interface Facts {
  /** Worst severity_id of its findings. */
  worst: number;
  /** Title of the rule of the worst finding, the first of them. */
  title: string;
  findingCount: number;
  /** [T25] Of the rule that counted the most: what two rules saw may be the same events. A lower bound. */
  eventCount: number;
  ruleCount: number;
  techniqueIds: readonly string[];
  /** Distinct machines and accounts that suffered or were aimed at. */
  victimHosts: number;
  victimUsers: number;
  /** Of the most important victim: 1 to 4; 2 when nobody said anything. */
  importance: number;
  importanceOf: string | null;
  /** Verdicts of people on incidents of the same rules, the last 50. */
  truePositives: number;
  falsePositives: number;
  /** Whether what the incident is about was ever named by more than free text or an unauthenticated sender. */
  isTrusted: boolean;
  /** Verdict of the last incident of the same entity and cause. */
  formerVerdict: Verdict | null;
}
