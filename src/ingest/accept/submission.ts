import type { PackedBody } from '../batch-body.ts';
import type { RawEvent, SourceInfo } from '../../schema/event.ts';
import type { Position } from '../store/positions.ts';
import type { Receipt } from '../store/receipts.ts';

/** Events that are accepted together or not at all. */
export interface Submission {
  source: SourceInfo;
  events: readonly RawEvent[];
  /** More events, packed already: they come before `events` and share nobody's batch. */
  bodies?: readonly PackedBody[];
  /** How far the file was read with these events. */
  position?: Position;
  /** The number of the reader that `position` comes from; one that was replaced writes nothing. */
  reader?: number;
  /** The answer to keep for a keyed request. */
  receipt?: Receipt;
  /**
   * hold: it waits until PostgreSQL is back (the caller reads nothing more meanwhile).
   * refuse: after `refuseAfterMs` it fails with INGEST.UNAVAILABLE (the sender is told to try again).
   */
  patience: 'hold' | 'refuse';
}

export type Acceptance =
  | { outcome: 'accepted' }
  /** The key was used before: nothing was added. */
  | { outcome: 'repeated'; receipt: Receipt };

export interface Waiting extends Submission {
  bytes: number;
  /** By the monotonic clock, ms. */
  since: number;
  resolve(acceptance: Acceptance): void;
  reject(error: Error): void;
}
