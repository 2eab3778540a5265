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
  description: z.string().nullable(),
  /** ATT&CK techniques of the tags. */
  technique_ids: z.array(z.string()),
  /** Whether it makes findings of its own; false for what only feeds a correlation. */
  is_reporting: z.boolean(),
  hash: z.string(),
  is_loaded: z.boolean(),
  problems: z.array(RuleProblem),
});
export type RuleListing = z.infer<typeof RuleListing>;

const columns = sql`file, document, kind, rule_id, title, level, status, description, technique_ids,
  is_reporting, hash, is_loaded, problems`;

/** Makes the table say what was found in the folders, and nothing else. */
export async function replaceRules(tx: Tx, listings: readonly RuleListing[], loadedAt: Date): Promise<void> {
  await tx.run(sql`lock table rules in share row exclusive mode`);
  const incoming = sql`jsonb_to_recordset(${storableJson(listings)}::jsonb) as new(file text, document integer,
    kind text, rule_id text, title text, level text, status text, description text, technique_ids jsonb,
    is_reporting boolean, hash text, is_loaded boolean, problems jsonb)`;
  await tx.run(sql`delete from rules where not exists
    (select from ${incoming} where new.file = rules.file and new.document = rules.document)`);
  await tx.run(sql`insert into rules as known (${columns}, loaded_at) select ${columns}, ${loadedAt} from ${incoming}
    on conflict (file, document) do update set kind = excluded.kind, rule_id = excluded.rule_id,
      title = excluded.title, level = excluded.level, status = excluded.status, description = excluded.description,
      technique_ids = excluded.technique_ids, is_reporting = excluded.is_reporting, hash = excluded.hash,
      is_loaded = excluded.is_loaded, problems = excluded.problems, loaded_at = excluded.loaded_at
    where (known.hash, known.is_loaded, known.is_reporting, known.problems) is distinct from
      (excluded.hash, excluded.is_loaded, excluded.is_reporting, excluded.problems)`);
}

export async function listRules(tx: Tx): Promise<RuleListing[]> {
  return tx.many(RuleListing, sql`select ${columns} from rules order by file, document`);
}
