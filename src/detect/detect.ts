import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Format } from '../connector/index.ts';
import type { Database } from '../db/index.ts';
import type { RuleSources } from './packs/read-rule-sources.ts';
import type { Explanation } from './rules/explain.ts';
import type { CrashPoint, DetectFigures } from './stage.ts';
import type { RuleListing } from './store/rules.ts';
import type { RuleTestReport } from './rules/test-rules.ts';

export interface DetectOptions extends RuleSources {
  db: Database;
  clock: Clock;
  log: Log;
  formats: ReadonlyMap<string, Format>;
  /**
   * Name of this worker: its own among those that run at once, the same after a restart, so that it takes its
   * partitions back without waiting for the lease of the one that died.
   */
  worker: string;
  /** Groups a correlation may remember; more are evicted and announced. Default 100,000. */
  groupsPerRule?: number;
  /** Called inside the transaction; a test throws here to end it. */
  crashPoint?: (point: CrashPoint) => void;
}

export interface Detect {
  /** What base/loop.ts drives: one transaction; true while there is more. */
  stage: { turn(): Promise<boolean> };
  /** Reads the rule folders again; the old rules stay in force until the new ones are ready. */
  reload(): Promise<ReloadReport>;
  /** Hash over all loaded rules. */
  contentVersion(): string;
  /** Every document that was found, with why it is not loaded. */
  rules(): RuleListing[];
  explain(line: string, format?: string): Explanation;
  /** Runs the fixtures beside the rules of these folders; touches no database. */
  testRules(dirs: readonly string[]): Promise<RuleTestReport>;
  figures(): DetectFigures;
  /** Gives up the partitions this worker owns, so that another takes them at once. */
  close(): Promise<void>;
}

export interface ReloadReport {
  loaded: number;
  refused: number;
  contentVersion: string;
  tookMs: number;
}
