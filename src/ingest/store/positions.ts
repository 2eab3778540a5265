import { z } from 'zod';
import { sql, type Query, type Tx } from '../../db/index.ts';

/** How far one content of a file was read. */
export const Position = z.object({
  source_id: z.string(),
  generation: z.string(),
  path: z.string(),
  byte_offset: z.int(),
  fingerprint: z.string(),
  fingerprint_bytes: z.int(),
  updated_at: z.date(),
});
export type Position = z.infer<typeof Position>;

export function positionValues(positions: readonly Position[]): Query {
  return sql.join(
    positions.map(
      (at) => sql`(${at.source_id}, ${at.generation}, ${at.path}, ${at.byte_offset}::bigint, ${at.fingerprint},
        ${at.fingerprint_bytes}::integer, ${at.updated_at}::timestamptz)`,
    ),
  );
}

/** The positions of a source, the youngest first. */
export function positionsOf(tx: Tx, sourceId: string): Promise<Position[]> {
  return tx.many(Position, sql`select * from positions where source_id = ${sourceId} order by updated_at desc`);
}

/** Positions without events: where reading starts. */
export async function insertPositions(tx: Tx, positions: readonly Position[]): Promise<void> {
  if (positions.length === 0) return;
  await tx.run(sql`
    insert into positions (source_id, generation, path, byte_offset, fingerprint, fingerprint_bytes, updated_at)
    values ${positionValues(positions)} on conflict (source_id, generation) do nothing`);
}

/** Says that the files of these positions are still there, and forgets those not seen for 30 days. */
export async function keepPositions(
  tx: Tx,
  sourceId: string,
  generations: readonly string[],
  now: Date,
): Promise<void> {
  await tx.run(sql`
    update positions set updated_at = ${now}
    where source_id = ${sourceId} and generation = any(${[...generations]}::text[])`);
  await tx.run(sql`
    delete from positions where source_id = ${sourceId} and updated_at < ${now}::timestamptz - interval '30 days'`);
}
