import { z } from 'zod';
import { sql, type Tx } from '../db/index.ts';
import type { LedgerRow } from './entry.ts';

/** One statement, whatever the number of rows. */
export const insertEntries = (tx: Tx, rows: readonly LedgerRow[]) =>
  tx.run(sql`
    insert into ledger_entries (id, tenant_id, at, kind, actor, incident_id, subject, summary, body, leaf_hash)
    select id, tenant_id, to_timestamp(at / 1000.0), kind, actor, incident_id, subject, summary, body, decode(leaf_hash, 'hex')
    from unnest(
      ${rows.map((row) => row.id)}::text[], ${rows.map((row) => row.tenant_id)}::text[],
      ${rows.map((row) => row.at)}::double precision[], ${rows.map((row) => row.kind)}::text[],
      ${rows.map((row) => row.actor)}::text[], ${rows.map((row) => row.incident_id)}::text[],
      ${rows.map((row) => row.subject)}::text[], ${rows.map((row) => row.summary)}::text[],
      ${rows.map((row) => row.body)}::text[], ${rows.map((row) => Buffer.from(row.leaf_hash).toString('hex'))}::text[])
      as entry (id, tenant_id, at, kind, actor, incident_id, subject, summary, body, leaf_hash)`);

/** One sequencer in the cluster: false when another transaction is at it. */
export const takeSequencerLock = async (tx: Tx, what: 'sequence' | 'export'): Promise<boolean> => {
  const row = await tx.one(
    z.object({ held: z.boolean() }),
    sql`select pg_try_advisory_xact_lock(hashtextextended(${`ledger.${what}`}, 0)) as held`,
  );
  return row.held;
};

/** First statement of a transaction: everything it reads is of one moment. */
export const holdSnapshot = (tx: Tx) => tx.run(sql`set transaction isolation level repeatable read, read only`);

const bytes = z.instanceof(Uint8Array);

export const selectUnsequenced = (tx: Tx, limit: number) =>
  tx.many(
    z.object({ id: z.string(), leaf_hash: bytes }),
    sql`select id, leaf_hash from ledger_entries where seq is null order by at, id limit ${limit}`,
  );

export const writeSeqs = (tx: Tx, firstSeq: number, ids: readonly string[]) =>
  tx.run(sql`update ledger_entries e set seq = ${firstSeq}::bigint + given.place - 1
    from unnest(${[...ids]}::text[]) with ordinality as given (id, place) where e.id = given.id and e.seq is null`);

export const selectFrontier = (tx: Tx) =>
  tx.one(z.object({ size: z.number(), hashes: bytes }), sql`select size, hashes from ledger_frontiers`);

export const writeFrontier = (tx: Tx, size: number, hashes: Uint8Array) =>
  tx.run(sql`update ledger_frontiers set size = ${size}, hashes = ${Buffer.from(hashes)}`);

/** The newest signed tree head; undefined before the first. */
export const latestCheckpoint = (tx: Tx): Promise<{ size: number; at: Date; note: string } | undefined> =>
  tx.maybe(
    z.object({ size: z.number(), at: z.date(), note: z.string() }),
    sql`select size, at, note from ledger_checkpoints order by size desc limit 1`,
  );

export const insertCheckpoint = (tx: Tx, checkpoint: { size: number; root: Uint8Array; atMs: number; note: string }) =>
  tx.run(sql`insert into ledger_checkpoints (size, root, at, note)
    values (${checkpoint.size}, ${Buffer.from(checkpoint.root)}, to_timestamp(${checkpoint.atMs} / 1000.0), ${checkpoint.note})`);

const Checkpoint = z.object({ size: z.number(), note: z.string(), since: z.number() });

const checkpointColumns = sql`c.size, c.note,
  coalesce((select max(before.size) from ledger_checkpoints before where before.size < c.size), 0)::bigint as since`;

export const selectUnexported = (tx: Tx, limit: number) =>
  tx.many(
    Checkpoint,
    sql`select ${checkpointColumns} from ledger_checkpoints c where exported_at is null order by size limit ${limit}`,
  );

export const selectCheckpoints = (tx: Tx) =>
  tx.many(Checkpoint, sql`select ${checkpointColumns} from ledger_checkpoints c order by size`);

export const writeExported = (tx: Tx, size: number, atMs: number) =>
  tx.run(sql`update ledger_checkpoints set exported_at = to_timestamp(${atMs} / 1000.0) where size = ${size}`);

/** The first checkpoint that covers this entry. */
export const selectCheckpointOver = (tx: Tx, seq: number) =>
  tx.maybe(
    z.object({ size: z.number(), note: z.string() }),
    sql`select size, note from ledger_checkpoints where size > ${seq} order by size limit 1`,
  );

/** Leaf hashes of the entries from..to-1, in order. */
export const selectLeaves = async (tx: Tx, from: number, to: number): Promise<Uint8Array[]> => {
  const rows = await tx.many(
    z.object({ leaf_hash: bytes }),
    sql`select leaf_hash from ledger_entries where seq >= ${from} and seq < ${to} order by seq`,
  );
  return rows.map((row) => row.leaf_hash);
};

const StoredEntry = z.object({
  seq: z.number(),
  id: z.string(),
  tenant_id: z.string(),
  at: z.date(),
  kind: z.string(),
  actor: z.string(),
  incident_id: z.string().nullable(),
  subject: z.string().nullable(),
  summary: z.string(),
  body: z.string(),
  leaf_hash: bytes,
});
export type StoredEntry = z.infer<typeof StoredEntry>;

const columns = sql`id, tenant_id, at, kind, actor, incident_id, subject, summary, body, leaf_hash`;

/** Sequenced entries from a place on, in order: a follower that remembers the last seq misses nothing. */
export const selectSequenced = (tx: Tx, fromSeq: number, limit: number): Promise<StoredEntry[]> =>
  tx.many(
    StoredEntry,
    sql`select seq, ${columns} from ledger_entries where seq >= ${fromSeq} order by seq limit ${limit}`,
  );

const Listed = StoredEntry.extend({ seq: z.number().nullable() });
export type ListedEntry = z.infer<typeof Listed>;

/** Everything on record about an incident, oldest first; entries that are not sequenced yet have no seq. */
export const entriesOfIncident = (tx: Tx, incidentId: string, limit: number): Promise<ListedEntry[]> =>
  tx.many(
    Listed,
    sql`select seq, ${columns} from ledger_entries where incident_id = ${incidentId} order by at, id limit ${limit}`,
  );

/** Newest first. `before` is the `id` of the last one of the page before. */
export const listEntries = (
  tx: Tx,
  filter: { tenantId?: string; incidentId?: string; before?: string; limit: number },
): Promise<ListedEntry[]> =>
  tx.many(
    Listed,
    sql`select seq, ${columns} from ledger_entries where true
      ${filter.tenantId === undefined ? sql`` : sql`and tenant_id = ${filter.tenantId}`}
      ${filter.incidentId === undefined ? sql`` : sql`and incident_id = ${filter.incidentId}`}
      ${filter.before === undefined ? sql`` : sql`and id < ${filter.before}`}
      order by id desc limit ${filter.limit}`,
  );
