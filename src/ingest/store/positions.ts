import { z } from 'zod';
import { sql, type Query, type Tx } from '../../db/index.ts';

/** How far one generation (one content of a file) was read. */
export const Position = z.object({
  source_id: z.string(),
  generation: z.string(),
  /** `device:inode:birth` of the file that carries it. */
  file: z.string(),
  path: z.string(),
  byte_offset: z.int(),
  fingerprint: z.string(),
  updated_at: z.date(),
});
export type Position = z.infer<typeof Position>;

function positionValues(positions: readonly Position[]): Query {
  return sql.join(
    positions.map(
      (
        at,
      ) => sql`(${at.source_id}, ${at.generation}, ${at.file}, ${at.path}, ${at.byte_offset}::bigint, ${at.fingerprint},
        ${at.updated_at}::timestamptz)`,
    ),
  );
}

/** The positions of a source, the youngest first. */
export function positionsOf(tx: Tx, sourceId: string): Promise<Position[]> {
  return tx.many(Position, sql`select * from positions where source_id = ${sourceId} order by updated_at desc`);
}

/** Moves positions, never back; a row is written once in a statement. */
export function movePositions(positions: readonly Position[], fence: Query): Query {
  return sql`
    insert into positions (source_id, generation, file, path, byte_offset, fingerprint, updated_at)
    select at.* from (values ${positionValues(positions)}) as at where ${fence}
    on conflict (source_id, generation) do update set file = excluded.file, path = excluded.path,
      byte_offset = excluded.byte_offset, fingerprint = excluded.fingerprint, updated_at = excluded.updated_at
    where positions.byte_offset <= excluded.byte_offset`;
}

/** Positions without events: where reading starts, and files that hold nothing new. */
export async function savePositions(tx: Tx, positions: readonly Position[]): Promise<void> {
  if (positions.length > 0) await tx.run(movePositions(positions, sql`true`));
}

/**
 * Makes the caller the one reader of a source, and gives its number. Waits for a commit of the reader before, which
 * may be under way though its process was killed; what it sends later changes nothing (see `commitBatches`).
 */
export async function takeReader(tx: Tx, sourceId: string): Promise<number> {
  const { reader } = await tx.one(
    z.object({ reader: z.int() }),
    sql`update sources set reader = reader + 1 where id = ${sourceId} returning reader`,
  );
  return reader;
}

/** Says that files carry these generations still, and forgets those that none was seen to carry for 30 days. */
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
