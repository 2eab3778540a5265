import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Protection } from '../connector/index.ts';
import type { Database, Tx } from '../db/index.ts';
import type { Policies } from './guard/policies.ts';

export interface LogonQuestion {
  tenantId: string;
  /** Settled canonical target. */
  target: string;
  before: Date;
}

/** What is known of the world beside our tables. All answers are of now; none may wait on the network. */
export interface FactSources {
  /** Own addresses, gateways, resolvers, the database's host (readHostProtection and more). */
  hostProtections: readonly Protection[];
  /** `respond.protected` of the config. */
  ownerProtections: readonly Protection[];
  /** Proxies, CDNs and NAT ranges that many share. */
  sharedRanges(): readonly Protection[];
  /** Lists of the address that warn of it (public resolvers, …), in words. */
  warningListsOf(address: string): readonly string[];
  /** Addresses of signed-in administrators: of this host and of the console. */
  adminAddresses(tx: Tx): Promise<readonly string[]>;
  /**
   * For each question, how many accounts logged on from the target within 30 days and before `before`; undefined when
   * nothing can tell.
   */
  othersLogons(tx: Tx, questions: readonly LogonQuestion[], now: Date): Promise<readonly (number | undefined)[]>;
  /** Whether a source only replays what was recorded. */
  isReplay(sourceId: string): boolean;
}

export interface RespondSettings {
  db: Database;
  clock: Clock;
  log: Log;
  policies: Policies;
  facts: FactSources;
  /** The stop file. */
  stopFile: string;
  maxDurationS: number;
  /** Containments per hour: of one kind of a tenant, and of one rule. */
  maxPerHour: number;
  maxPerRuleAndHour: number;
  /** Seconds for the first, second and third time. */
  escalationS: readonly number[];
  /** A person has so long to decide; silence refuses. */
  approvalS: number;
}

export const defaultEscalationS: readonly number[] = [600, 3_600, 86_400];
export const defaultApprovalS = 3_600;

/** As on a host that knows nothing of itself: only the compiled-in protections hold. For rehearsals and tests. */
export function unaidedSettings(
  given: Pick<RespondSettings, 'db' | 'clock' | 'log' | 'policies' | 'stopFile'> & Partial<RespondSettings>,
): RespondSettings {
  return {
    facts: {
      hostProtections: [],
      ownerProtections: [],
      sharedRanges: () => [],
      warningListsOf: () => [],
      adminAddresses: async () => [],
      othersLogons: async (_tx, questions) => questions.map(() => undefined),
      isReplay: () => false,
    },
    maxDurationS: 86_400,
    maxPerHour: 100,
    maxPerRuleAndHour: 50,
    escalationS: defaultEscalationS,
    approvalS: defaultApprovalS,
    ...given,
  };
}
