import { z } from 'zod';
import { sql, type Tx } from '../db/index.ts';

/** A Parquet file of the history. */
export const Archive = z.object({
  id: z.string(),
  /** UTC day, `2026-11-21`. */
  day: z.string(),
  path: z.string(),
  row_count: z.int(),
  byte_count: z.int(),
  min_time: z.date(),
  max_time: z.date(),
  sha256: z.string(),
  created_at: z.date(),
});
export type Archive = z.infer<typeof Archive>;

const columns = sql`id, day::text as day, path, row_count, byte_count, min_time, max_time, sha256, created_at`;

/** Puts files into the history; a later repeat of the same changes nothing. */
export async function insertArchives(tx: Tx, archives: readonly Archive[]): Promise<void> {
  if (archives.length === 0) return;
  const rows = archives.map(
    (one) => sql`(${one.id}, ${one.day}::date, ${one.path}, ${one.row_count}::bigint, ${one.byte_count}::bigint,
      ${one.min_time}::timestamptz, ${one.max_time}::timestamptz, ${one.sha256}, ${one.created_at}::timestamptz)`,
  );
  await tx.run(sql`
    insert into archives (id, day, path, row_count, byte_count, min_time, max_time, sha256, created_at)
    values ${sql.join(rows)}`);
}

/** Files that may hold events between two times, the youngest first. */
export function archivesBetween(tx: Tx, from: Date, to: Date): Promise<Archive[]> {
  return tx.many(
    Archive,
    sql`
      select ${columns} from archives
      where removed_at is null and min_time <= ${to} and max_time >= ${from} order by max_time desc, id`,
  );
}

export function liveArchives(tx: Tx): Promise<Archive[]> {
  return tx.many(Archive, sql`select ${columns} from archives where removed_at is null order by day, created_at, id`);
}

/** Takes files out of the history; gives how many were in it. */
export function removeArchives(tx: Tx, ids: readonly string[], now: Date): Promise<number> {
  return tx.run(sql`
    update archives set removed_at = ${now} where id = any(${[...ids]}::text[]) and removed_at is null`);
}

/** Files that left the history before `before`. */
export function removedArchives(tx: Tx, before: Date): Promise<{ id: string; path: string }[]> {
  return tx.many(
    z.object({ id: z.string(), path: z.string() }),
    sql`select id, path from archives where removed_at < ${before} order by removed_at limit 1000`,
  );
}

export async function deleteArchives(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.run(sql`delete from archives where id = any(${[...ids]}::text[]) and removed_at is not null`);
}

/** Every path that the manifest names, live or removed. */
export async function archivePaths(tx: Tx): Promise<Set<string>> {
  const rows = await tx.many(z.object({ path: z.string() }), sql`select path from archives`);
  return new Set(rows.map((row) => row.path));
}
