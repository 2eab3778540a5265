import { z } from 'zod';
import { storableJson } from '../../base/storable-text.ts';
import { sql, type Tx } from '../../db/index.ts';

export const RuleProblem = z.object({
  code: z.string(),
  message: z.string(),
  fix: z.string(),
  line: z.int().optional(),
  column: z.int().optional(),
});
export type RuleProblem = z.infer<typeof RuleProblem>;

/** A document of a rule folder, loaded or not. */
export const RuleListing = z.object({
  file: z.string(),
  /** Position in its file, from 0. */
  document: z.int(),
  kind: z.enum(['rule', 'correlation', 'filter', 'unreadable']),
  rule_id: z.string().nullable(),
  title: z.string(),
  level: z.string().nullable(),
  status: z.string().nullable(),
  hash: z.string(),
  is_loaded: z.boolean(),
  problems: z.array(RuleProblem),
});
export type RuleListing = z.infer<typeof RuleListing>;

const columns = sql`file, document, kind, rule_id, title, level, status, hash, is_loaded, problems`;

/** Makes the table say what was found in the folders, and nothing else. */
export async function replaceRules(tx: Tx, listings: readonly RuleListing[], loadedAt: Date): Promise<void> {
  await tx.run(sql`lock table rules in share row exclusive mode`);
  const incoming = sql`jsonb_to_recordset(${storableJson(listings)}::jsonb) as new(file text, document integer,
    kind text, rule_id text, title text, level text, status text, hash text, is_loaded boolean, problems jsonb)`;
  await tx.run(sql`delete from rules where not exists
    (select from ${incoming} where new.file = rules.file and new.document = rules.document)`);
  await tx.run(sql`insert into rules as known (${columns}, loaded_at) select ${columns}, ${loadedAt} from ${incoming}
    on conflict (file, document) do update set kind = excluded.kind, rule_id = excluded.rule_id,
      title = excluded.title, level = excluded.level, status = excluded.status, hash = excluded.hash,
      is_loaded = excluded.is_loaded, problems = excluded.problems, loaded_at = excluded.loaded_at
    where (known.hash, known.is_loaded, known.problems) is distinct from
      (excluded.hash, excluded.is_loaded, excluded.problems)`);
}

export async function listRules(tx: Tx): Promise<RuleListing[]> {
  return tx.many(RuleListing, sql`select ${columns} from rules order by file, document`);
}
