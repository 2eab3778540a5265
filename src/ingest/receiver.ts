import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Database } from '../db/index.ts';
import type { SourceInfo } from '../schema/event.ts';
import type { SourceProblem } from '../schema/source.ts';
import type { Accept } from './ingest.ts';

/** Something that brings the events of one source. */
export interface Receiver {
  /** Reads nothing more at once; resolves when what was read is kept or given up. */
  stop(): Promise<void>;
  /** The port that was bound, where there is one. */
  port?: number;
}

/** What a receiver gets from the house. */
export interface ReceiverContext {
  source: SourceInfo;
  /** It runs for the first time. */
  isFirstRun: boolean;
  db: Database;
  clock: Clock;
  log: Log;
  accept: Accept;
  /** What stands in its way now; undefined: nothing does. */
  onProblem(problem: SourceProblem | undefined): void;
  /** Events that are known to be lost. */
  onLost(count: number): void;
}
