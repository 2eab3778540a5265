import type { Clock } from '../../base/clock.ts';
import type { Database } from '../../db/index.ts';
import type { RawEvent } from '../../schema/event.ts';
import { cutBatches, packBody } from '../batch-body.ts';
import { errors } from '../errors.ts';
import { commitBatches, reserveBatchIds, type NewBatch } from '../store/commit-batches.ts';
import { dayOf, ensurePartition } from '../store/partitions.ts';
import type { Position } from '../store/positions.ts';
import { insertReceipt, receiptOf } from '../store/receipts.ts';
import type { Acceptance, Waiting } from './submission.ts';

/** Writes a group in one commit. A second call with the same submissions uses the same batch ids, so it adds nothing twice. */
export interface GroupWriter {
  write(group: readonly Waiting[]): Promise<Acceptance[]>;
  /** This submission was part of a group that is not written as such any more. */
  forget(entry: Waiting): void;
}

export function createGroupWriter(options: { db: Database; clock: Clock; contentVersion: () => string }): GroupWriter {
  const { db, clock } = options;
  const packed = new WeakMap<Waiting, NewBatch[]>();
  const days = new Set<string>();
  let ids: number[] = [];

  async function nextId(): Promise<number> {
    if (ids.length === 0) ids = await reserveBatchIds(db.read);
    return ids.shift() ?? nextId();
  }

  /** The batches of submissions of one source and one patience; the first of them carries them through repeats. */
  async function pack(entries: readonly Waiting[]): Promise<NewBatch[]> {
    const [first] = entries;
    if (!first) return [];
    const known = packed.get(first);
    if (known) return known;
    const receivedAt = new Date(clock.now());
    const batches: NewBatch[] = [];
    const events: readonly RawEvent[] =
      entries.length === 1 ? first.events : entries.flatMap((entry) => [...entry.events]);
    const bodies = [...entries.flatMap((entry) => entry.bodies ?? []), ...cutBatches(events).map(packBody)];
    for (const { body, bytes, eventCount } of bodies) {
      const id = await nextId();
      const contentVersion = options.contentVersion();
      batches.push({ id, receivedAt, source: first.source, contentVersion, eventCount, body, bodyBytes: bytes });
    }
    packed.set(first, batches);
    return batches;
  }

  async function ensureDays(): Promise<void> {
    const now = clock.now();
    const day = dayOf(now);
    if (days.has(day)) return;
    await db.transaction(async (tx) => {
      await ensurePartition(tx, now);
      await ensurePartition(tx, now + 86_400_000);
    });
    days.add(day);
  }

  async function writeKeyed(entry: Waiting): Promise<Acceptance> {
    const batches = await pack([entry]);
    const { receipt } = entry;
    return db.transaction(async (tx): Promise<Acceptance> => {
      if (receipt && !(await insertReceipt(tx, entry.source.source_id, receipt, new Date(clock.now())))) {
        const known = await receiptOf(tx, entry.source.source_id, receipt.key);
        return { outcome: 'repeated', receipt: known ?? receipt };
      }
      if (batches.length > 0) await commitBatches(tx, batches);
      return { outcome: 'accepted' };
    });
  }

  /** One round trip, one fsync: the statement travels with its commit. False: nothing was written. */
  async function writeBatches(batches: readonly NewBatch[], group: readonly Waiting[]): Promise<boolean> {
    const { isHeld } = await db.transaction(async (tx) => {
      const sent = commitBatches(tx, batches, lastPositions(group), readersOf(group));
      tx.later(sent);
      return { isHeld: sent };
    });
    return isHeld;
  }

  return {
    async write(group) {
      await ensureDays();
      const [first] = group;
      if (first?.receipt) return [await writeKeyed(first)];
      const batches: NewBatch[] = [];
      for (const entries of bySender(group)) batches.push(...(await pack(entries)));
      if (batches.length > 0 && !(await writeBatches(batches, group))) throw errors.REPLACED([]);
      return group.map(() => ({ outcome: 'accepted' }));
    },
    forget: (entry) => void packed.delete(entry),
  };
}

/** Submissions that share batches: same source as it is known now, and all may be refused or none. */
function bySender(group: readonly Waiting[]): Waiting[][] {
  const senders = new Map<unknown, { hold: Waiting[]; refuse: Waiting[] }>();
  for (const entry of group) {
    const sender = senders.get(entry.source) ?? { hold: [], refuse: [] };
    sender[entry.patience].push(entry);
    senders.set(entry.source, sender);
  }
  return [...senders.values()].flatMap(({ hold, refuse }) => [hold, refuse]).filter((entries) => entries.length > 0);
}

function readersOf(group: readonly Waiting[]): Map<string, number> {
  const readers = new Map<string, number>();
  for (const { source, reader } of group) if (reader !== undefined) readers.set(source.source_id, reader);
  return readers;
}

/** The last position of each generation; a statement may move a row only once. */
function lastPositions(group: readonly Waiting[]): Position[] {
  const positions = new Map<string, Position>();
  for (const { position } of group) {
    if (position) positions.set(`${position.source_id} ${position.generation}`, position);
  }
  return [...positions.values()];
}
