import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Database } from '../../db/index.ts';
import { sizeOf } from '../batch-body.ts';
import { errors } from '../errors.ts';
import { createGroupWriter } from './group-writer.ts';
import { isCollision, isOurFault } from './is-our-fault.ts';
import type { Acceptance, Submission, Waiting } from './submission.ts';

export interface GroupCommit {
  /** Resolves after the commit. Rejects with INGEST.UNAVAILABLE, INGEST.NOT_KEPT or INGEST.STOPPED. */
  submit(submission: Submission): Promise<Acceptance>;
  /** Why PostgreSQL does not take events now, or undefined. */
  away(): string | undefined;
  /** Bytes that wait for a commit. */
  waitingBytes(): number;
  /** Commits what waits, or gives it up when PostgreSQL is away; takes nothing more. */
  stop(): Promise<void>;
}

export interface GroupCommitOptions {
  db: Database;
  clock: Clock;
  log: Log;
  contentVersion: () => string;
  /** What may wait for a commit, in bytes; senders that can be refused are, beyond it. */
  maxWaitingBytes?: number;
  /** How long a submission that may be refused waits for PostgreSQL. */
  refuseAfterMs?: number;
}

const mayBeRefused = (entry: Waiting) => entry.patience === 'refuse';

/** A commit that takes longer hangs. */
const hangAfterMs = 5_000;

/** What one commit takes at most. */
const groupLimits = { submissions: 256, bytes: 16 * 1_048_576 };

/**
 * Group commit: an idle path commits at once; while a commit is under way the next group gathers, so that one fsync
 * serves everybody who came meanwhile. One commit at a time keeps the order of each sender.
 */
export function createGroupCommit(options: GroupCommitOptions): GroupCommit {
  const { db, log } = options;
  const maxWaitingBytes = options.maxWaitingBytes ?? 64 * 1_048_576;
  const refuseAfterMs = options.refuseAfterMs ?? 2_000;
  const writer = createGroupWriter(options);
  let queue: Waiting[] = [];
  let waitingBytes = 0;
  let running: Promise<void> | undefined;
  let away: string | undefined;
  let stopped = false;
  const stopping = new AbortController();

  const settled = new WeakSet<Waiting>();
  function settle(entry: Waiting, outcome: Acceptance | Error): void {
    if (settled.has(entry)) return;
    settled.add(entry);
    waitingBytes -= entry.bytes;
    if (outcome instanceof Error) entry.reject(outcome);
    else entry.resolve(outcome);
  }

  /** The next submissions for one commit; a keyed one stands alone, because its key may turn out to be used. */
  function nextGroup(): Waiting[] {
    if (queue[0]?.receipt) return queue.splice(0, 1);
    let bytes = 0;
    let count = 0;
    for (const entry of queue) {
      if (entry.receipt || count >= groupLimits.submissions || (count > 0 && bytes + entry.bytes > groupLimits.bytes))
        break;
      count += 1;
      bytes += entry.bytes;
    }
    return queue.splice(0, count);
  }

  function refuse(group: Waiting[], isDue: (entry: Waiting) => boolean, error: () => Error): Waiting[] {
    return group.filter((entry) => {
      if (!isDue(entry)) return true;
      settle(entry, error());
      return false;
    });
  }

  async function commit(entries: Waiting[]): Promise<void> {
    let group = entries;
    let waitMs = 25;
    while (group.length > 0) {
      const trying = group;
      // A commit that hangs may still succeed: those who are refused for it repeat their request by its key.
      const watchdog = setTimeout(() => {
        away ??= 'PostgreSQL does not answer';
        for (const entry of [...queue, ...trying]) if (mayBeRefused(entry)) settle(entry, errors.UNAVAILABLE([away]));
        queue = queue.filter((entry) => !mayBeRefused(entry));
      }, hangAfterMs);
      try {
        const acceptances = await writer.write(group);
        if (away !== undefined) log.info({}, 'PostgreSQL takes events again.');
        away = undefined;
        for (const [index, entry] of group.entries()) settle(entry, acceptances[index] ?? { outcome: 'accepted' });
        db.channels.wake('batches');
        return;
      } catch (error) {
        if (isOurFault(error)) {
          await isolate(group, error);
          return;
        }
        if (isCollision(error)) continue;
        const reason = messageOf(error);
        if (away === undefined) log.warn({ error: reason }, 'PostgreSQL takes no events; senders wait or are refused.');
        away = reason;
        // What was not yet tried is refused at once; what was tried may be committed: it is tried again with the same ids.
        queue = refuse(queue, mayBeRefused, () => errors.UNAVAILABLE([reason]));
        // They share batches: when one is due, all are.
        const isDue = group.some((entry) => mayBeRefused(entry) && performance.now() - entry.since > refuseAfterMs);
        if (isDue) group = refuse(group, mayBeRefused, () => errors.UNAVAILABLE([reason]));
        if (stopped)
          group = refuse(
            group,
            () => true,
            () => errors.STOPPED([]),
          );
        await pause(waitMs, undefined, { signal: stopping.signal }).catch(() => {});
        waitMs = Math.min(1_000, waitMs * 2);
      } finally {
        clearTimeout(watchdog);
      }
    }
  }

  /** One submission of a group cannot be kept: the others must not suffer. */
  async function isolate(group: Waiting[], error: unknown): Promise<void> {
    const [only] = group;
    if (group.length > 1) {
      for (const entry of group) {
        writer.forget(entry);
        await commit([entry]);
      }
    } else if (only) {
      log.error({ source: only.source.source_id, error: messageOf(error) }, 'A batch could not be kept.');
      settle(only, errors.NOT_KEPT([only.source.source_id, messageOf(error)], { cause: error }));
    }
  }

  async function drain(): Promise<void> {
    while (queue.length > 0) await commit(nextGroup());
    running = undefined;
  }

  return {
    submit(submission) {
      if (stopped) return Promise.reject(errors.STOPPED([]));
      if (submission.patience === 'refuse') {
        // While nobody tries, this one does: otherwise nothing would ever notice that PostgreSQL is back.
        if (away !== undefined && running) return Promise.reject(errors.UNAVAILABLE([away]));
        if (waitingBytes > maxWaitingBytes)
          return Promise.reject(errors.UNAVAILABLE(['more events wait than memory allows']));
      }
      return new Promise((resolve, reject) => {
        const packedBytes = submission.bodies?.reduce((sum, { body }) => sum + body.length, 0) ?? 0;
        const bytes = submission.events.reduce((sum, event) => sum + sizeOf(event), packedBytes);
        waitingBytes += bytes;
        queue.push({ ...submission, bytes, since: performance.now(), resolve, reject });
        // A microtask later, so that what the same turn of the loop hands in shares the commit.
        running ??= Promise.resolve().then(drain);
      });
    },
    away: () => away,
    waitingBytes: () => waitingBytes,
    async stop() {
      stopped = true;
      stopping.abort();
      await running;
    },
  };
}
