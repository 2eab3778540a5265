import { idFrom } from '../src/base/ids.ts';
import { sql, type Database } from '../src/db/index.ts';
import { Finding } from '../src/schema/finding.ts';
import type { Subject } from '../src/schema/subject.ts';

/** A subject of our own file, in a fixed position. */
export function subject(
  type: Subject['type'],
  role: Subject['role'],
  value: string,
  more: Partial<Subject> = {},
): Subject {
  return {
    type,
    role,
    value,
    field: `${role}.${type}`,
    field_trust: 'anchored',
    channel_trust: 'authenticated',
    ...more,
  };
}

/** A finding as detect writes it; `name` makes its id. Times in epoch ms. */
export function findingOf(
  name: string,
  atMs: number,
  subjects: readonly Subject[],
  more: Partial<Finding> = {},
): Finding {
  const at = new Date(atMs);
  return {
    id: idFrom('finding', name),
    tenant_id: 'default',
    site_id: 'default',
    rule_id: 'rule-ssh-brute-force',
    rule_title: 'SSH brute force',
    rule_version: '1',
    severity_id: 3,
    status_id: 1,
    message: `${name} fired`,
    cause: 'ssh-guessing',
    attacks: [{ technique_id: 'T1110.001', tactic: 'credential-access' }],
    false_positives: [],
    subjects: [...subjects],
    group_key: '',
    source_ids: ['source--test'],
    first_seen_at: at,
    last_seen_at: at,
    event_count: 1,
    evidence: [],
    is_demonstration: false,
    revision: 1,
    created_at: at,
    updated_at: at,
    ...more,
  };
}

const columns = Object.keys(Finding.shape).join(', ');

/** Writes findings and claims their change, as detect does; a finding that exists gets the new counts, times and subjects. */
export async function fire(db: Database, findings: readonly Finding[]): Promise<void> {
  await db.read.run(sql`
    with changed as (
      insert into findings as known (${sql.raw(columns)})
      select ${sql.raw(columns)} from jsonb_populate_recordset(null::findings, ${JSON.stringify(findings)}::jsonb)
      on conflict (id) do update set event_count = excluded.event_count, last_seen_at = excluded.last_seen_at,
        severity_id = excluded.severity_id, subjects = excluded.subjects, updated_at = excluded.updated_at,
        revision = known.revision + 1
      returning id, revision)
    insert into finding_claims (finding_id, revision) select id, revision from changed`);
}
