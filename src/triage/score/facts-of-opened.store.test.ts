import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { testDatabase } from '../../../test/database.ts';
import { findingOf, fire, subject } from '../../../test/findings.ts';
import { fakeClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { upsertAssets } from '../../context/index.ts';
import { sql } from '../../db/index.ts';
import { createTriage } from '../create-triage.ts';
import { listIncidents } from '../list-incidents.ts';
import { factsOf } from '../store/facts.ts';
import { scoreIncidents } from './score-incidents.ts';

const db = await testDatabase();
const started = 1_700_000_000_000;
const clock = fakeClock(started);

beforeEach(async () => {
  await db.read.run(sql`truncate incidents, incident_causes, incident_findings, incident_claims, entities, verdicts,
    findings, finding_claims, assets, asset_keys`);
});

const aFinding = fc.record({
  rule: fc.constantFrom('r1', 'r2', 'r3'),
  severity: fc.integer({ min: 1, max: 5 }),
  source: fc.constantFrom('203.0.113.7', '198.51.100.9', undefined),
  isFree: fc.boolean(),
  victims: fc.subarray(['web1', 'dc1', 'printer', 'desk']),
  accounts: fc.subarray(['root', 'admin', 'ann']),
  targets: fc.subarray(['10.0.0.1', '10.0.0.2']),
  events: fc.integer({ min: 1, max: 2_000 }),
  techniques: fc.subarray(['T1110.001', 'T1078', 'T1190']),
});
const aVerdict = fc.record({
  rules: fc.subarray(['r1', 'r2', 'r3'], { minLength: 1 }),
  verdict: fc.constantFrom('true_positive', 'false_positive', 'benign'),
  by: fc.constantFrom('user--ann', 'cli:root', 'token--robot'),
});

test('an incident is opened with the score that its tables would give it', async () => {
  let round = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(aFinding, { minLength: 1, maxLength: 8 }),
      fc.array(aVerdict, { maxLength: 80 }),
      async (given, verdicts) => {
        round += 1;
        // A tenant of its own for each round, so that nothing joins what another left.
        const tenant = `tenant-${round}`;
        await upsertAssets(
          db.read,
          [
            { name: 'dc1', importance: 4 },
            { name: 'web1', importance: 3 },
            { name: 'printer', importance: 1 },
          ].map((asset) => ({
            tenant_id: tenant,
            site_id: 'default',
            id: `asset--${tenant}-${asset.name}`,
            roles: [],
            owner: null,
            addresses: [],
            hosts: [asset.name],
            ...asset,
          })),
          started,
        );
        await earlierVerdicts(tenant, verdicts);
        await fire(
          db,
          given.map((one, index) => ({
            ...findingOf(
              `${tenant} ${index}`,
              started,
              [
                ...(one.source === undefined
                  ? []
                  : [subject('ip', 'actor', one.source, one.isFree ? { field_trust: 'free' } : {})]),
                ...one.victims.map((host) => subject('host', 'victim', host)),
                ...one.accounts.map((name) => subject('user', 'target', name)),
                ...one.targets.map((address) => subject('ip', 'target', address)),
              ],
              { tenant_id: tenant, rule_id: one.rule, rule_title: `Rule ${one.rule}` },
            ),
            severity_id: one.severity,
            event_count: one.events,
            attacks: one.techniques.map((id) => ({ technique_id: id, tactic: 'credential-access' })),
          })),
        );
        await createTriage({ db, clock, log: silentLog }).turn();
        const { incidents } = await listIncidents(db.read, { tenantId: tenant, order: 'newest', limit: 100 });
        const opened = incidents.filter(({ cause }) => cause !== 'earlier');
        expect(opened.length).toBeGreaterThan(0);
        const bare = opened.map((incident) => ({ ...incident, revision: incident.revision - 1 }));
        const facts = await factsOf(
          db.read,
          opened.map(({ id }) => id),
        );
        expect(scoreIncidents(bare, facts, new Map(), started)).toEqual(opened);
      },
    ),
    { numRuns: 40 },
  );
});

/** Verdicts on an incident of before, a second apart. */
async function earlierVerdicts(
  tenant: string,
  verdicts: readonly { rules: readonly string[]; verdict: string; by: string }[],
): Promise<void> {
  const incident = `incident--${tenant}`;
  await db.read
    .run(sql`insert into incidents (id, number, tenant_id, site_id, title, stage, status, severity_id, risk_score,
      risk_terms, entity_type, entity_value, entity_reason, cause, finding_count, event_count, first_seen_at, last_seen_at,
      is_demonstration, revision, created_at, updated_at)
    values (${incident}, 1000000, ${tenant}, 'default', 't', 'suspected', 'closed', 1, 0, '[]', 'rule', 'r', '', 'earlier', 0, 0,
      now(), now(), false, 1, now(), now())`);
  await db.read.run(sql`insert into verdicts (id, tenant_id, incident_id, verdict, comment, by, at, rule_ids)
    select 'verdict--' || ${tenant} || given.ord, ${tenant}, ${incident}, given.value->>'verdict', '', given.value->>'by',
      now() - given.ord * interval '1 second', array(select jsonb_array_elements_text(given.value->'rules'))
    from jsonb_array_elements(${JSON.stringify(verdicts)}::jsonb) with ordinality as given (value, ord)`);
}
