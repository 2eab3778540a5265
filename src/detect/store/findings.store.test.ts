import { beforeEach, expect, test } from 'vitest';
import { testDatabase } from '../../../test/database.ts';
import { idFrom } from '../../base/ids.ts';
import { sql } from '../../db/index.ts';
import type { Finding } from '../../schema/finding.ts';
import { claimFindings, findingsByIds, listFindings, settleFindings, writeFindings } from './findings.ts';

const db = await testDatabase();
const at = (second: number) => new Date(Date.UTC(2026, 10, 21, 12, 0, second));
const finding = (name: string, more: Partial<Finding> = {}): Finding => ({
  id: idFrom('finding', name),
  tenant_id: 'default',
  site_id: 'default',
  rule_id: 'rule',
  rule_title: 'Rule',
  rule_version: '1',
  severity_id: 3,
  status_id: 1,
  message: name,
  cause: 'rule',
  attacks: [],
  false_positives: [],
  subjects: [],
  group_key: '',
  source_ids: ['s'],
  first_seen_at: at(0),
  last_seen_at: at(0),
  event_count: 1,
  evidence: [],
  is_demonstration: false,
  revision: 1,
  created_at: at(0),
  updated_at: at(0),
  ...more,
});
const claim = () =>
  db.transaction(async (tx) => {
    const claimed = await claimFindings(tx, 100);
    await settleFindings(tx, claimed);
    return claimed.map((one) => [one.finding.message, one.finding.revision, one.revisions]);
  });

beforeEach(async () => {
  await db.read.run(sql`truncate findings, finding_claims`);
});

test('a finding is read back as it was written', async () => {
  const written = finding('a', { attacks: [{ technique_id: 'T1110' }], false_positives: ['x'] });
  await writeFindings(db.read, [written]);
  expect(await findingsByIds(db.read, [written.id, 'finding--none'])).toEqual([written]);
});

test('an update keeps id and creation, widens the times, and counts a revision; the same again is no change', async () => {
  await writeFindings(db.read, [finding('a', { first_seen_at: at(5), last_seen_at: at(6) })]);
  const more = finding('a', {
    event_count: 2,
    first_seen_at: at(1),
    last_seen_at: at(2),
    created_at: at(9),
    updated_at: at(9),
  });
  expect(await writeFindings(db.read, [more])).toMatchObject([{ revision: 2 }]);
  expect(await writeFindings(db.read, [more])).toEqual([]);
  expect(await findingsByIds(db.read, [more.id])).toMatchObject([
    { revision: 2, event_count: 2, first_seen_at: at(1), last_seen_at: at(6), created_at: at(0), updated_at: at(9) },
  ]);
  expect(await claim()).toEqual([['a', 2, [1, 2]]]);
});

test('what another transaction holds is skipped, and writing does not wait for it', async () => {
  await writeFindings(db.read, [finding('a')]);
  await db.transaction(async (tx) => {
    expect(await claimFindings(tx, 10)).toHaveLength(1);
    expect(await claim()).toEqual([]);
    await writeFindings(db.read, [finding('a', { event_count: 2 })]);
    expect(await claim()).toEqual([['a', 2, [2]]]);
  });
  expect(await claim()).toEqual([['a', 2, [1]]]);
});

test('claims that are settled in a transaction that fails are there again', async () => {
  await writeFindings(db.read, [finding('a')]);
  const failing = db.transaction(async (tx) => {
    await settleFindings(tx, await claimFindings(tx, 10));
    throw new Error('triage failed');
  });
  await expect(failing).rejects.toThrow('triage failed');
  expect(await claim()).toEqual([['a', 1, [1]]]);
});

test('pages follow one another without gap or repeat while findings arrive', async () => {
  await writeFindings(
    db.read,
    Array.from({ length: 25 }, (_, n) => finding(`f${n}`, { created_at: at(n >> 2) })),
  );
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listFindings(db.read, { limit: 7, ...(cursor === undefined ? {} : { cursor }) });
    seen.push(...page.findings.map(({ id }) => id));
    cursor = page.next;
    await writeFindings(db.read, [finding(`new ${seen.length}`, { created_at: at(50) })]);
  } while (cursor !== undefined);
  expect(seen).toHaveLength(25);
  expect(new Set(seen).size).toBe(25);
  expect((await listFindings(db.read, { limit: 1, cursor: 'nonsense' })).findings).toHaveLength(1);
});

test('a list is narrowed by tenant, rule and severity', async () => {
  await writeFindings(db.read, [
    finding('a', { severity_id: 5 }),
    finding('b', { rule_id: 'other' }),
    finding('c', { tenant_id: 'else' }),
  ]);
  const names = async (filter: object) =>
    (await listFindings(db.read, { limit: 10, ...filter })).findings.map(({ message }) => message).sort();
  expect(await names({ minSeverityId: 4 })).toEqual(['a']);
  expect(await names({ ruleId: 'other' })).toEqual(['b']);
  expect(await names({ tenantId: 'default' })).toEqual(['a', 'b']);
});
