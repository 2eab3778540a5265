import { idFrom } from '../../base/ids.ts';
import { retryConflicts, type Database, type Transaction } from '../../db/index.ts';
import { writeFindings } from '../../detect/index.ts';
import type { Finding } from '../../schema/finding.ts';

const rounds = 3;

/**
 * Walks the path from a finding to a denial on transactions that are rolled back, so that the first attack after a start
 * meets prepared statements, made plans and compiled code. Nothing of it is kept, told or enforced.
 */
export async function rehearsePath(
  db: Database,
  nowMs: number,
  walk: (tx: Transaction) => Promise<unknown>,
): Promise<void> {
  const enough = new Error('This transaction was a rehearsal.');
  for (let round = 0; round < rounds; round += 1) {
    // A real attack may be contained at the same time: it goes first.
    const rehearsed = retryConflicts(() =>
      db.transaction(async (tx) => {
        await writeFindings(tx, [rehearsedFinding(nowMs)]);
        await walk(tx);
        throw enough;
      }),
    );
    await rehearsed.catch((error: unknown) => {
      if (error !== enough) throw error;
    });
  }
}

/** An attacker of a documentation network (RFC 5737) guesses passwords. */
function rehearsedFinding(nowMs: number): Finding {
  const at = new Date(nowMs);
  const seen = { field_trust: 'anchored', channel_trust: 'authenticated' } as const;
  return {
    id: idFrom('finding', 'rehearsal'),
    tenant_id: 'default',
    site_id: 'default',
    rule_id: 'rehearsal',
    rule_title: 'Rehearsal',
    rule_version: '1',
    severity_id: 4,
    status_id: 1,
    message: 'A rehearsal of the path from a finding to a denial',
    cause: 'rehearsal',
    attacks: [{ technique_id: 'T1110.001', tactic: 'credential-access' }],
    false_positives: [],
    subjects: [
      { type: 'ip', role: 'actor', value: '203.0.113.1', field: 'src_endpoint.ip', ...seen },
      { type: 'user', role: 'target', value: 'rehearsal', field: 'user.name', ...seen },
      { type: 'host', role: 'victim', value: 'rehearsal', field: 'device.hostname', ...seen },
    ],
    group_key: '',
    source_ids: ['rehearsal'],
    first_seen_at: at,
    last_seen_at: at,
    event_count: 5,
    evidence: [],
    // Its ladder stands at auto, and no point of the owner's takes its denials.
    is_demonstration: true,
    revision: 1,
    created_at: at,
    updated_at: at,
  };
}
