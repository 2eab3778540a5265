import type { Transaction } from '../db/index.ts';
import { claimBatches, settleBatches, waitingBatches } from '../ingest/index.ts';
import type { Finding } from '../schema/finding.ts';
import { correlate, partitionCount, type CorrelateOptions } from './correlate/correlate.ts';
import type { Item } from './correlate/item.ts';
import type { DetectOptions } from './detect.ts';
import { freshItems } from './fresh-items.ts';
import { overflowFinding } from './make-finding.ts';
import { readBatches } from './read-batches.ts';
import type { Content } from './rules/content.ts';
import { writeFindings } from './store/findings.ts';
import { deleteOldFacts, knownFacts, rememberFacts } from './store/firsts.ts';
import { deleteOldLogons, rememberLogons } from './store/logons.ts';
import { insertMatches, oldestMatch, takeMatches } from './store/matches.ts';
import {
  leasePartitions,
  leaseSeconds,
  lockOwnPartitions,
  releasePartitions,
  reportWorker,
} from './store/partitions.ts';
import {
  deleteExpiredWindows,
  evictWindows,
  isWindowDue,
  loadDueWindows,
  loadWindows,
  saveWindows,
} from './store/windows.ts';

/** Where a test may end a transaction as `kill -9` would. */
export type CrashPoint = 'claimed' | 'evaluated' | 'windows_saved' | 'findings_written' | 'settled';

/** What happened since the start, for metrics and `doctor`. */
export interface DetectFigures {
  events: number;
  unparsed: number;
  failed: number;
  findings: number;
  duplicates: number;
  /** Events that came after their window was decided. */
  late: number;
  /** Events that lacked a field their correlation groups by. */
  incomplete: number;
  evictedWindows: number;
}

export interface Stage {
  turn(): Promise<boolean>;
  figures(): DetectFigures;
  close(): Promise<void>;
}

const limits = { batches: 4, matches: 2_000, dueWindows: 200, groupsPerRule: 100_000 };
const everyMs = { lease: (leaseSeconds * 1_000) / 8, matches: 1_000, due: 2_000, sweep: 30_000 };
const factsKeptMs = 90 * 86_400_000;

/** Claim → evaluate → correlate → write → settle, in one transaction. */
export function createStage(options: DetectOptions, contentNow: () => Content): Stage {
  const { db, clock, log, worker } = options;
  const at = options.crashPoint ?? (() => {});
  const figures: DetectFigures = {
    events: 0,
    unparsed: 0,
    failed: 0,
    findings: 0,
    duplicates: 0,
    late: 0,
    incomplete: 0,
    evictedWindows: 0,
  };
  const last = { lease: -Infinity, matches: -Infinity, due: -Infinity, sweep: clock.now() };
  let workers = 1;

  const isDue = (what: keyof typeof last, patience: number) => {
    const due = clock.now() - last[what] >= everyMs[what] * patience;
    if (due) last[what] = clock.now();
    return due;
  };

  async function keepLease(): Promise<void> {
    await db.transaction(async (tx) => {
      workers = await reportWorker(tx, worker);
      await leasePartitions(tx, worker, Math.ceil(partitionCount / workers));
    });
  }

  async function count(
    tx: Transaction,
    content: Content,
    items: readonly Item[],
    plain: readonly Finding[],
    due?: CorrelateOptions['due'],
  ) {
    const now = new Date(clock.now());
    const result = await correlate(items, {
      content,
      now,
      ...(due ? { due } : {}),
      load: (keys) => loadWindows(tx, keys),
      own: (partitions) => lockOwnPartitions(tx, worker, partitions),
    });
    tx.later(saveWindows(tx, result.windows, now));
    tx.later(insertMatches(tx, result.foreign));
    at('windows_saved');
    // An event that was sent twice is one finding, also when both are read in this turn.
    const findings = new Map([...plain, ...result.findings].map((finding) => [finding.id, finding]));
    const written = writeFindings(tx, [...findings.values()]);
    tx.later(written);
    at('findings_written');
    return { written, foreign: result.foreign.length, duplicates: result.duplicates, late: result.late };
  }

  /** After the commit. */
  async function tell(counted: Awaited<ReturnType<typeof count>>): Promise<void> {
    const { length: written } = await counted.written;
    figures.findings += written;
    figures.duplicates += counted.duplicates;
    figures.late += counted.late;
    if (written > 0) db.channels.wake('findings');
    if (counted.foreign > 0) db.channels.wake('batches');
  }

  /** Gives the number of batches it took. */
  async function turnBatches(): Promise<number> {
    const content = contentNow();
    const done = await db.transaction(async (tx) => {
      const batches = await claimBatches(tx, 'detect', limits.batches);
      if (batches.length === 0) return undefined;
      at('claimed');
      const read = readBatches(batches, { ...options, content, now: new Date(clock.now()) });
      at('evaluated');
      const facts = read.candidates.flatMap(({ fact }) => fact ?? []);
      const items = freshItems(read.candidates, await knownFacts(tx, facts));
      tx.later(rememberFacts(tx, facts));
      tx.later(rememberLogons(tx, read.logons, new Date(clock.now())));
      const counted = await count(tx, content, items, read.findings);
      const ids = batches.map(({ id }) => id);
      tx.later(settleBatches(tx, 'detect', ids));
      at('settled');
      return { read, counted, claimed: batches.length };
    });
    if (!done) return 0;
    const { read, counted, claimed } = done;
    figures.events += read.events;
    figures.unparsed += read.unparsed;
    figures.failed += read.failed;
    for (const [ruleId, events] of read.incomplete) {
      figures.incomplete += events;
      log.debug({ rule: ruleId, events }, 'Events lack a field that a correlation needs, so it does not count them.');
    }
    await tell(counted);
    return claimed;
  }

  async function turnMatches(): Promise<boolean> {
    const content = contentNow();
    const done = await db.transaction(async (tx) => {
      const owned = await lockOwnPartitions(tx, worker, [...Array(partitionCount).keys()]);
      const items = await takeMatches(tx, owned, limits.matches);
      return items.length === 0 ? undefined : { counted: await count(tx, content, items, []), taken: items.length };
    });
    if (!done) return false;
    await tell(done.counted);
    return done.taken === limits.matches;
  }

  /**
   * Everything that arrived until then is counted, by whichever worker: a window may count what another's window fires. What
   * another worker holds still stands among the batches until it commits, and among the matches from then on: hence this order.
   */
  async function countedUntil(tx: Transaction): Promise<Date> {
    const { oldest } = await waitingBatches(tx, 'detect');
    const match = await oldestMatch(tx);
    return new Date(Math.min(clock.now(), oldest?.getTime() ?? Infinity, match?.getTime() ?? Infinity));
  }

  /** Decides windows that are over and for which nothing more comes. */
  async function turnDue(): Promise<boolean> {
    const content = contentNow();
    if (!(await isWindowDue(db.read, new Date(clock.now())))) return false;
    const done = await db.transaction(async (tx) => {
      const owned = await lockOwnPartitions(tx, worker, [...Array(partitionCount).keys()]);
      const arrival = await countedUntil(tx);
      const windows = await loadDueWindows(tx, owned, arrival, limits.dueWindows);
      if (windows.length === 0) return undefined;
      const due = { windows, arrival: arrival.getTime() };
      return { counted: await count(tx, content, [], [], due), taken: windows.length };
    });
    if (!done) return false;
    await tell(done.counted);
    return done.taken === limits.dueWindows;
  }

  async function sweep(): Promise<void> {
    const now = new Date(clock.now());
    const evicted = await db.transaction(async (tx) => {
      const owned = await lockOwnPartitions(tx, worker, [...Array(partitionCount).keys()]);
      await deleteExpiredWindows(tx, owned, await countedUntil(tx));
      await deleteOldFacts(tx, new Date(clock.now() - factsKeptMs));
      await deleteOldLogons(tx, now);
      const groups = options.groupsPerRule ?? limits.groupsPerRule;
      const rules = await evictWindows(tx, owned, Math.ceil(groups / partitionCount));
      await writeFindings(
        tx,
        rules.map(({ rule_id, evicted: lost }) => overflowFinding(rule_id, lost, now)),
      );
      return rules;
    });
    for (const { rule_id, evicted: lost } of evicted) {
      figures.evictedWindows += lost;
      log.warn(
        { rule: rule_id, groups: lost },
        'A correlation has more groups than it may keep; the least active were forgotten.',
      );
    }
    if (evicted.length > 0) db.channels.wake('findings');
  }

  return {
    async turn() {
      const isFirst = last.lease === -Infinity;
      if (isFirst && isDue('lease', 1)) await keepLease();
      const taken = await turnBatches();
      let more = taken === limits.batches;
      // While nothing waits; a class at a time.
      if (taken === 0) more = contentNow().evaluator.improve?.() === true;
      // After the batches, so that no event waits for it, and rather in a turn without any: what they led to goes on now.
      const patience = taken > 0 ? 4 : 1;
      if (isDue('lease', patience)) await keepLease();
      if (workers > 1 || isDue('matches', patience)) more = (await turnMatches()) || more;
      if (isDue('due', patience)) more = (await turnDue()) || more;
      if (isDue('sweep', patience)) await sweep();
      return more;
    },
    figures: () => ({ ...figures }),
    close: () => db.transaction((tx) => releasePartitions(tx, worker)),
  };
}
