import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { testDatabase } from '../../test/database.ts';
import { fakeClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import type { Format } from '../connector/index.ts';
import { sql } from '../db/index.ts';
import { createIngest } from '../ingest/index.ts';
import type { RawEvent, SourceInfo } from '../schema/event.ts';
import { createDetect } from './create-detect.ts';
import type { Detect, DetectOptions } from './detect.ts';
import type { CrashPoint } from './stage.ts';
import { claimFindings, listFindings, settleFindings } from './store/findings.ts';

const db = await testDatabase();
const dir = mkdtempSync(join(tmpdir(), 'firebreak-detect-'));
const clock = fakeClock(Date.UTC(2026, 10, 21, 12));
const ingest = createIngest({ db, clock, log: silentLog });
afterAll(async () => {
  await ingest.stopAll();
  rmSync(dir, { recursive: true, force: true });
});

/** A product of our own making: `{"t": seconds, "kind": …, "ip": …, "user": …}`. */
const format: Format = {
  name: 'test',
  title: 'Test',
  recognise: (line) => (line.startsWith('{') ? 2 : 0),
  read(line, { channelTrust }) {
    if (!line.startsWith('{')) return undefined;
    const view = z.object({ t: z.number(), ip: z.string().optional() }).loose().parse(JSON.parse(line));
    const ip = view.ip;
    return {
      time: clock.now() + view.t * 1_000,
      logsources: [{ product: 'test' }],
      view,
      subjects:
        ip === undefined
          ? []
          : [
              {
                type: 'ip',
                value: ip,
                role: 'actor',
                field: 'ip',
                field_trust: 'anchored',
                channel_trust: channelTrust,
              },
            ],
      toOcsf: () => ({}),
    };
  },
};

writeFileSync(
  join(dir, 'rules.yml'),
  `
title: Bad thing
id: bad-thing
logsource: { product: test }
detection: { selection: { kind: bad }, condition: selection }
level: high
tags: [attack.credential-access, attack.t1110.001]
message: 'bad from {ip}'
---
title: Failure
id: failure
logsource: { product: test }
detection: { selection: { kind: fail }, condition: selection }
level: low
---
title: Success
id: success
logsource: { product: test }
detection: { selection: { kind: ok }, condition: selection }
level: low
---
title: Brute force
id: brute
correlation: { type: event_count, rules: [failure], group-by: [ip], timespan: 2m, condition: { gte: 5 } }
level: high
cause: brute
message: '{count} failures from {group}'
---
title: Brute force, for the next
id: brute-inner
correlation: { type: event_count, rules: [failure], group-by: [ip], timespan: 2m, condition: { gte: 5 } }
---
title: Broken into
id: broken
correlation: { type: temporal_ordered, rules: [brute-inner, success], group-by: [ip], timespan: 10m }
level: critical
firebreak_new: { rule: success, fields: [ip, user] }
---
title: Grouped
id: grouped
logsource: { product: test }
detection: { selection: { kind: noisy }, condition: selection }
firebreak_group: { by: [ip, absent], timespan_s: 60 }
---
title: Counts grouped
id: counts-grouped
correlation: { type: event_count, rules: [grouped], group-by: [ip], timespan: 2m, condition: { gte: 3 }, generate: true }
---
title: Wrong
id: wrong
logsource: { product: test }
detection: { selection: { 'kind|endwith': x }, condition: selection }
`,
);

let uid = 0;
let source: SourceInfo;
let detect: Detect;
const open = (more: Partial<DetectOptions> = {}) =>
  createDetect({
    db,
    clock,
    log: silentLog,
    formats: new Map([['test', format]]),
    rulesDirs: [dir],
    worker: 'one',
    ...more,
  });
const event = (t: number, kind: string, ip = '203.0.113.9', user = 'root'): RawEvent => ({
  uid: `u${(uid += 1)}`,
  raw_data: JSON.stringify({ t, kind, ip, user }),
  received_at: clock.now(),
});
const drain = async (one = detect) => {
  while (await one.stage.turn());
};
/** Accepts the events as one batch and detects them. */
const feed = async (...events: RawEvent[]) => {
  await ingest.accept(source, events);
  await drain();
};
const found = () => listFindings(db.read, { tenantId: source.tenant_id, limit: 100 }).then(({ findings }) => findings);

beforeEach(async (context) => {
  source = {
    source_id: `source--${context.task.id}`,
    tenant_id: context.task.id,
    site_id: 'default',
    format: 'test',
    channel_trust: 'authenticated',
    trusted_proxies: [],
    time_zone: '',
    is_demonstration: false,
  };
  await detect?.close();
  detect = await open();
});

test('a bad rule is listed with file, line and fix, and the others run', async () => {
  const wrong = detect.rules().find(({ title }) => title === 'Wrong');
  expect(wrong).toMatchObject({ is_loaded: false, kind: 'rule' });
  expect(wrong?.problems[0]).toMatchObject({ code: 'SIGMA.UNKNOWN_MODIFIER', line: 52 });
  const rows = await db.read.many(z.object({ title: z.string() }), sql`select title from rules where is_loaded`);
  expect(rows).toHaveLength(8);
});

test('a plain rule makes one finding an event, with what OCSF asks for', async () => {
  await feed(event(0, 'bad'), event(1, 'good'));
  const [finding, more] = await found();
  expect(more).toBeUndefined();
  expect(finding).toMatchObject({
    rule_id: 'bad-thing',
    severity_id: 4,
    message: 'bad from 203.0.113.9',
    cause: 'bad-thing',
    revision: 1,
    event_count: 1,
    attacks: [{ technique_id: 'T1110.001', tactic: 'credential-access' }],
    subjects: [{ type: 'ip', value: '203.0.113.9', role: 'actor' }],
  });
  expect(finding?.evidence[0]).toMatchObject({ source_id: source.source_id, index: 0 });
});

test('the fifth failure fires in the turn that reads it, and later ones change the same finding', async () => {
  for (let n = 0; n < 4; n += 1) await feed(event(n, 'fail'));
  expect(await found()).toEqual([]);
  await feed(event(4, 'fail'));
  const [first] = await found();
  expect(first).toMatchObject({ rule_id: 'brute', event_count: 5, revision: 1, group_key: 'ip=203.0.113.9' });
  await feed(event(5, 'fail'), event(6, 'fail'));
  await feed(event(7, 'fail'));
  const [later, more] = await found();
  expect(more).toBeUndefined();
  expect(later).toMatchObject({ id: first?.id, event_count: 8, revision: 3, message: '8 failures from 203.0.113.9' });
  expect(later?.evidence).toHaveLength(8);
});

test('after a gap longer than the timespan a new episode is a new finding', async () => {
  await feed(...[0, 1, 2, 3, 4].map((t) => event(t, 'fail')));
  await feed(...[200, 201, 202, 203].map((t) => event(t - 600, 'fail')));
  expect(await found()).toHaveLength(1);
  await feed(event(-396, 'fail'));
  expect(await found()).toHaveLength(2);
});

test('[R5] a rule that groups makes one finding for its group, and others count its events once', async () => {
  await feed(event(0, 'noisy'), event(1, 'noisy'));
  await feed(event(2, 'noisy'), event(3, 'noisy', '198.51.100.4'));
  const counts = (await found()).map(({ rule_id, group_key, event_count }) => `${rule_id} ${group_key} ${event_count}`);
  expect(counts.sort()).toEqual([
    'counts-grouped ip=203.0.113.9 3',
    'grouped ip=198.51.100.4, absent= 1',
    'grouped ip=203.0.113.9, absent= 3',
  ]);
});

test('success after failures from a source new for the account is critical, from a known one nothing', async () => {
  const known = '198.51.100.4';
  await feed(event(0, 'ok', known));
  await feed(...[1, 2, 3, 4, 5].flatMap((t) => [event(t, 'fail'), event(t, 'fail', known)]));
  await feed(event(6, 'ok'), event(7, 'ok', known));
  const outcome = async () => (await found()).map(({ rule_id, group_key }) => `${rule_id} ${group_key}`).sort();
  // The inner correlation makes no finding of its own.
  const expected = ['broken ip=203.0.113.9', 'brute ip=198.51.100.4', 'brute ip=203.0.113.9'];
  expect(await outcome()).toEqual(expected);
  await feed(event(8, 'ok'), event(9, 'ok', known));
  expect(await outcome()).toEqual(expected);
});

describe('crashes', () => {
  const points: CrashPoint[] = ['claimed', 'evaluated', 'windows_saved', 'findings_written', 'settled'];
  test.each(points)('[C31] [P4] a crash at "%s" loses and doubles nothing', async (point) => {
    let isArmed = true;
    await detect.close();
    const crashing = await open({
      crashPoint(at) {
        if (!isArmed || at !== point) return;
        isArmed = false;
        throw new Error('killed');
      },
    });
    await ingest.accept(
      source,
      [0, 1, 2].map((t) => event(t, 'fail')),
    );
    await expect(drain(crashing)).rejects.toThrow('killed');
    isArmed = true;
    await drain(await open()).catch(() => {});
    await ingest.accept(source, [3, 4].map((t) => event(t, 'fail')).concat(event(5, 'bad')));
    await expect(drain(crashing)).rejects.toThrow('killed');
    await drain(crashing);
    const counts = (await found()).map(({ rule_id, event_count, revision }) => `${rule_id} ${event_count} ${revision}`);
    expect(counts.sort()).toEqual(['bad-thing 1 1', 'brute 5 1']);
  });
});

test('[C17] an event that is read twice counts once', async () => {
  const again = event(0, 'fail');
  await feed(again, ...[1, 2, 3].map((t) => event(t, 'fail')), again);
  await feed(again);
  expect(await found()).toEqual([]);
  await feed(event(4, 'fail'));
  await feed(again);
  expect(await found()).toMatchObject([{ event_count: 5, revision: 1 }]);
});

test('[C32] two workers share the partitions; what one may not count the other does', async () => {
  const two = await open({ worker: 'two' });
  const owners = () =>
    db.read.many(
      z.object({ owner: z.string().nullable(), count: z.int() }),
      sql`select owner, count(*) as count from partitions group by owner order by owner`,
    );
  await detect.stage.turn();
  for (let round = 0; round < 3; round += 1) {
    clock.advance(6_000);
    await two.stage.turn();
    await detect.stage.turn();
  }
  expect(await owners()).toEqual([
    { owner: 'one', count: 8 },
    { owner: 'two', count: 8 },
  ]);
  const ips = Array.from({ length: 20 }, (_, n) => `192.0.2.${n + 1}`);
  for (let t = 0; t < 5; t += 1) {
    await ingest.accept(
      source,
      ips.map((ip) => event(t, 'fail', ip)),
    );
    await drain(t % 2 === 0 ? detect : two);
  }
  for (let round = 0; round < 2; round += 1) await Promise.all([drain(detect), drain(two)]);
  const findings = await found();
  expect(findings.map(({ event_count }) => event_count)).toEqual(ips.map(() => 5));
  expect(new Set(findings.map(({ group_key }) => group_key)).size).toBe(20);
  await two.close();
  clock.advance(6_000);
  await detect.stage.turn();
  expect(await owners()).toEqual([{ owner: 'one', count: 16 }]);
});

test('[P5] a worker whose lease was taken writes no window', async () => {
  await detect.stage.turn();
  await db.read.run(
    sql`update partitions set owner = 'other', epoch = epoch + 1, lease_until = now() + interval '1 hour'`,
  );
  await feed(...[0, 1, 2, 3, 4].map((t) => event(t, 'fail')));
  expect(await found()).toEqual([]);
  expect((await db.read.one(z.object({ count: z.int() }), sql`select count(*) as count from matches`)).count).toBe(10);
  await db.read.run(sql`update partitions set lease_until = now() - interval '1 second'`);
  clock.advance(6_000);
  await drain();
  expect(await found()).toMatchObject([{ event_count: 5 }]);
});

test('[C29] a flood of groups evicts the least active, is announced, and does not hide the slow attack', async () => {
  await detect.close();
  detect = await open({ groupsPerRule: 16 });
  await db.read.run(sql`delete from windows`);
  await feed(event(0, 'fail'), event(1, 'fail'));
  clock.advance(1_000);
  await feed(...Array.from({ length: 400 }, (_, n) => event(1, 'fail', `10.0.${n >> 8}.${n & 255}`)));
  clock.advance(31_000);
  await drain();
  expect(detect.figures().evictedWindows).toBeGreaterThan(700);
  await feed(...[-30, -29, -28].map((t) => event(t, 'fail')));
  expect((await found()).map(({ group_key }) => group_key)).toEqual(['ip=203.0.113.9']);
  const told = await listFindings(db.read, { ruleId: 'firebreak-detect-overflow', limit: 10 });
  expect(told.findings.map(({ group_key }) => group_key)).toContain('rule=brute');
});

test('[W1] a demonstration never shares a group with the real world', async () => {
  await feed(...[0, 1, 2].map((t) => event(t, 'fail')));
  source = { ...source, is_demonstration: true };
  await feed(...[3, 4, 5].map((t) => event(t, 'fail')));
  expect(await found()).toEqual([]);
  await feed(...[6, 7].map((t) => event(t, 'fail')));
  expect(await found()).toMatchObject([{ is_demonstration: true, event_count: 5 }]);
});

test('triage claims every change once and settles it with its own transaction', async () => {
  const claim = () =>
    db.transaction(async (tx) => {
      const claimed = await claimFindings(tx, 1_000);
      await settleFindings(tx, claimed);
      return claimed.filter(({ finding }) => finding.tenant_id === source.tenant_id);
    });
  await claim();
  await feed(event(0, 'bad'), ...[0, 1, 2, 3, 4].map((t) => event(t, 'fail')));
  expect((await claim()).map(({ revisions }) => revisions)).toEqual([[1], [1]]);
  expect(await claim()).toEqual([]);
  await feed(event(5, 'fail'));
  await feed(event(6, 'fail'));
  const [changed] = await claim();
  expect(changed).toMatchObject({ revisions: [2, 3], finding: { event_count: 7, revision: 3 } });
});

test('hostile text reaches the findings and holds up nothing', async () => {
  const hostile = [
    '\u0000',
    '\ud800',
    '\u0000\udfff x',
    '\\u0000',
    'a\r\nb\u202e',
    'x'.repeat(100_000),
    '😀'.repeat(3_000),
  ];
  for (const text of hostile) {
    await feed(event(0, 'bad', text), ...[1, 2, 3, 4, 5].map((t) => event(t, 'fail', text, text)));
  }
  await ingest.accept(source, [
    { uid: 'torn', raw_data: '{"t":', received_at: clock.now() },
    { uid: 'binary', raw_data: '\u0000\ufffd', received_at: clock.now(), is_binary: true },
    { uid: 'deep', raw_data: `{"t":1,"kind":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, received_at: clock.now() },
    event(0, 'bad', '192.0.2.1'),
  ]);
  await drain();
  const findings = await found();
  expect(findings.filter(({ rule_id }) => rule_id === 'brute').length).toBeGreaterThanOrEqual(hostile.length - 2);
  expect(findings.some(({ message }) => message === 'bad from 192.0.2.1')).toBe(true);
  expect(findings.every(({ message }) => !/[\p{Cc}\p{Cf}]/u.test(message) && message.length <= 500)).toBe(true);
  expect(detect.figures().failed).toBe(1);
});

test('a reload takes changed rules into force', async () => {
  const more = mkdtempSync(join(tmpdir(), 'firebreak-detect-'));
  const other = await open({ worker: 'reloading', rulesDirs: [more] });
  const before = other.contentVersion();
  writeFileSync(join(more, 'a.yml'), 'title: A\nid: a\nlogsource: {}\ndetection: { s: { kind: bad }, condition: s }\n');
  expect(await other.reload()).toMatchObject({ loaded: 1, refused: 0 });
  expect(other.contentVersion()).not.toBe(before);
  expect(other.explain(event(0, 'bad').raw_data).matched).toMatchObject([
    { rule_id: 'a', matched: [{ search: 's', fields: ['kind'] }] },
  ]);
  expect(other.explain(event(0, 'worse').raw_data).nearest).toMatchObject([{ rule_id: 'a', missing: ['s: kind'] }]);
  rmSync(more, { recursive: true });
});
