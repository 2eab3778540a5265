import { sql, type Database } from '../../src/db/index.ts';

/** A containment as the fast path leaves it: ordered, not read back yet. `more` are columns. */
export async function insertContainment(db: Database, id: string, more: Record<string, unknown>): Promise<void> {
  const now = new Date().toISOString();
  const row = {
    id,
    tenant_id: 'default',
    site_id: 'default',
    kind: 'deny-address',
    target: '203.0.113.5',
    status: 'ordered',
    level: 'auto',
    reason: 'test',
    decision: [],
    request: {},
    requested_by: 'system:respond',
    incident_id: null,
    occasion: 0,
    escalation: 0,
    verification: {
      applied: 'pending',
      applied_at: null,
      effective: 'pending',
      effective_at: null,
      dropped_packets: 0,
      detail: '',
    },
    duration_s: 600,
    refire_count: 0,
    is_wrong: false,
    is_demonstration: false,
    created_at: now,
    ordered_at: now,
    expires_at: new Date(Date.now() + 600_000).toISOString(),
    revision: 1,
    ...more,
  };
  await db.read.run(
    sql`insert into containments select * from jsonb_populate_record(null::containments, ${JSON.stringify(row)}::jsonb)`,
  );
}
