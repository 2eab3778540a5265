import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { correlationReference, joinEpisodes } from '../../test/correlation-reference.ts';
import { testDatabase } from '../../test/database.ts';
import { fakeClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import type { Format } from '../connector/index.ts';
import { sql } from '../db/index.ts';
import { createIngest } from '../ingest/index.ts';
import type { RawEvent, SourceInfo } from '../schema/event.ts';
import { linkRules, parseDocuments } from '../standards/sigma/index.ts';
import { createDetect } from './create-detect.ts';
import type { Detect, DetectOptions } from './detect.ts';
import type { CrashPoint } from './stage.ts';
import { listFindings } from './store/findings.ts';

const start = Date.UTC(2026, 10, 21, 12);
const clock = fakeClock(start);
const db = await testDatabase();
const dir = mkdtempSync(join(tmpdir(), 'firebreak-correlation-'));
const ingest = createIngest({ db, clock, log: silentLog });
afterAll(async () => {
  await ingest.stopAll();
  rmSync(dir, { recursive: true, force: true });
});

const View = z.object({ t: z.number(), is: z.string(), ip: z.string(), n: z.number().optional() });
const format: Format = {
  name: 'test',
  title: 'Test',
  recognise: () => 2,
  read(line) {
    const view = View.parse(JSON.parse(line));
    const time = start + view.t * 1_000;
    return { time, logsources: [{ product: 'test' }], view, subjects: [], toOcsf: () => ({}) };
  },
};
const rule = (id: string) =>
  `title: ${id}\nid: ${id}\nlogsource: {product: test}\ndetection: {s: {is|contains: ${id}}, condition: s}\n`;
const correlation = (id: string, body: string) => `title: ${id}\nid: ${id}\ncorrelation: {${body}, group-by: [ip]}\n`;
const text = [
  ...['a', 'b', 'c'].map(rule),
  correlation('counts', 'type: event_count, rules: [a, b], condition: {gte: 3}, timespan: 10s, generate: true'),
  correlation('sums', 'type: value_sum, rules: [a], condition: {field: n, gte: 9}, timespan: 10s, generate: true'),
  correlation('waits', 'type: value_avg, rules: [a, b], condition: {field: n, gt: 4}, timespan: 5s, generate: true'),
  correlation('ordered', 'type: temporal_ordered, rules: [counts, c], timespan: 20s, generate: true'),
  correlation(
    'after',
    "type: temporal, rules: [waits, c], condition: 'waits and not c', timespan: 20s, generate: true",
  ),
].join('---\n');
const { correlations } = linkRules(parseDocuments(text, 'r.yml'));

const sourceOf = (name: string, more: Partial<SourceInfo> = {}): SourceInfo => ({
  source_id: `source--${name}`,
  tenant_id: name,
  site_id: 'default',
  format: 'test',
  channel_trust: 'authenticated',
  trusted_proxies: [],
  time_zone: '',
  is_demonstration: false,
  ...more,
});
const open = (worker: string, more: Partial<DetectOptions> = {}): Promise<Detect> =>
  createDetect({
    db,
    clock,
    log: silentLog,
    formats: new Map([['test', format]]),
    rulesDirs: [dir],
    worker,
    ...more,
  });
const event = (uid: string, view: z.infer<typeof View>): RawEvent => ({
  uid,
  raw_data: JSON.stringify(view),
  received_at: clock.now(),
});
const drain = async (...workers: Detect[]) => {
  for (const worker of workers) while (await worker.stage.turn());
};
async function told(tenantId: string) {
  const { findings } = await listFindings(db.read, { tenantId, limit: 200 });
  return findings
    .filter(({ rule_id: id }) => correlations.some(({ header }) => header.id === id))
    .map((finding) => ({
      rule: finding.rule_id,
      group: finding.group_key.replace('ip=', ''),
      first: finding.first_seen_at.getTime() - start,
      last: finding.last_seen_at.getTime() - start,
      count: finding.event_count,
    }));
}

beforeAll(() => writeFileSync(join(dir, 'rules.yml'), text));

describe('[C31] [C32] workers that die at any point lose and double nothing', () => {
  const points: CrashPoint[] = ['claimed', 'evaluated', 'windows_saved', 'findings_written', 'settled'];
  const step = fc.record({
    t: fc.integer({ min: 0, max: 40 }),
    is: fc.constantFrom('a', 'a', 'b', 'c', 'ab'),
    ip: fc.constantFrom('x', 'x', 'y', 'z'),
    n: fc.integer({ min: 0, max: 9 }),
  });
  const deed = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('accept' as const), size: fc.integer({ min: 1, max: 4 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('again' as const), size: fc.integer({ min: 1, max: 4 }) }) },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('turn' as const),
        worker: fc.nat({ max: 1 }),
        dies: fc.option(fc.constantFrom(...points)),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('lease lost' as const), parity: fc.nat({ max: 1 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('time passes' as const), ms: fc.nat({ max: 9_000 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), worker: fc.nat({ max: 1 }) }) },
  );
  let runs = 0;

  test('findings are those of the definitions, over all events at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 20 }),
        fc.array(deed, { maxLength: 30 }),
        async (steps, deeds) => {
          const name = `run-${(runs += 1)}`;
          const source = sourceOf(name);
          let dies: CrashPoint | undefined;
          const crashPoint = (point: CrashPoint) => {
            if (point !== dies) return;
            dies = undefined;
            throw new Error('killed');
          };
          const restart = (worker: number) => open(`worker-${worker}`, { crashPoint });
          const workers = [await restart(0), await restart(1)];
          const turn = async (worker: number) => {
            try {
              return (await workers[worker]?.stage.turn()) ?? false;
            } catch (error) {
              if (!(error instanceof Error) || error.message !== 'killed') throw error;
              return true;
            }
          };
          let next = 0;
          const accept = async (from: number, size: number) => {
            const batch = steps.slice(from, from + size).map((view, at) => event(`${name}-${from + at}`, view));
            if (batch.length > 0) await ingest.accept(source, batch);
          };
          for (const one of [...deeds, { kind: 'accept' as const, size: steps.length }]) {
            if (one.kind === 'accept') {
              await accept(next, one.size);
              next += one.size;
            } else if (one.kind === 'again')
              await accept(Math.max(0, Math.min(next, steps.length) - one.size), one.size);
            else if (one.kind === 'turn') {
              dies = one.dies ?? undefined;
              await turn(one.worker);
              dies = undefined;
            } else if (one.kind === 'lease lost')
              await db.read.run(
                sql`update partitions set owner = null, lease_until = null where partition % 2 = ${one.parity}`,
              );
            else if (one.kind === 'time passes') clock.advance(one.ms);
            else workers[one.worker] = await restart(one.worker);
          }
          // Every window gets over, and the inner ones before the outer.
          for (let round = 0; round < 12; round += 1) {
            clock.advance(round < 8 ? 6_000 : 400_000);
            for (const worker of [0, 1]) while (await turn(worker));
          }
          const events = steps.map(({ t, is, ip, n }, place) => ({
            time: t * 1_000,
            order: place + 1,
            weight: 1,
            fields: { ip, n },
            rules: is.split(''),
          }));
          expect(joinEpisodes(correlations, await told(name))).toEqual(
            correlationReference(correlations, events).episodes,
          );
          for (const worker of workers) await worker.close();
        },
      ),
      { numRuns: 25 },
    );
  }, 120_000);
});

test('[W6] no window is decided while what arrived before waits to be counted', async () => {
  const source = sourceOf('backlog');
  const detect = await open('backlog');
  clock.set(start);
  await ingest.accept(source, [event('backlog-1', { t: 0, is: 'a', ip: 'x', n: 9 })]);
  await drain(detect);
  // Accepted in time, and counted hours later: the machine stood still.
  await ingest.accept(source, [event('backlog-2', { t: 1, is: 'a', ip: 'x', n: 0 })]);
  const held = await db.transaction(async (tx) => {
    await tx.run(sql`select 1 from batch_claims where consumer = 'detect' for update`);
    clock.advance(7_200_000);
    await drain(detect);
    return told('backlog');
  });
  expect(held.filter(({ rule: id }) => id === 'waits')).toEqual([]);
  await drain(detect);
  clock.advance(60_000);
  await drain(detect);
  // The mean of 9 and 0; decided with one of them it would be another.
  expect(await told('backlog')).toEqual([
    { rule: 'waits', group: 'x', first: 0, last: 1_000, count: 2 },
    { rule: 'sums', group: 'x', first: 0, last: 1_000, count: 2 },
  ]);
  const waiting = sql`select count(*) as count from windows where due_at is not null and state ->> 'tenant_id' = 'backlog'`;
  // The outer one waits for more of its own.
  expect(await db.read.one(z.object({ count: z.int() }), waiting)).toEqual({ count: 1 });
  clock.advance(7_200_000);
  await drain(detect);
  expect(await db.read.one(z.object({ count: z.int() }), waiting)).toEqual({ count: 0 });
  await detect.close();
});

describe('[C29] when a rule has too many groups', () => {
  const flood = (count: number, each: number) =>
    Array.from({ length: count * each }, (_, at) => ({
      t: at % each,
      is: 'a',
      ip: `10.${(at / each) >> 8}.0.${Math.trunc(at / each) & 255}`,
      n: 0,
    }));
  const rows = (sender: string) =>
    db.read.many(
      z.object({ group_key: z.string() }),
      sql`select group_key from windows where rule_id = 'counts' and state ->> 'tenant_id' = ${sender}`,
    );
  const groupsPerRule = 16 * 8;

  test('neither many keys nor busy keys push out a slow attack, and it is announced', async () => {
    await db.read.run(sql`delete from windows`);
    const detect = await open('evicts', { groupsPerRule });
    const slow = sourceOf('slow', { tenant_id: 'flooded', source_id: 'source--flooded' });
    const play = async (name: string, views: readonly z.infer<typeof View>[]) => {
      await ingest.accept(
        slow,
        views.map((view, at) => event(`${name}-${at}`, view)),
      );
      await drain(detect);
      clock.advance(31_000);
      await drain(detect);
    };
    await play('slow-1', [{ t: 0, is: 'a', ip: 'slow', n: 0 }]);
    // Each of these counts twice as much as the attack.
    await play('busy', flood(600, 2));
    await play('slow-2', [{ t: 1, is: 'a', ip: 'slow', n: 0 }]);
    await play('many', flood(800, 1));
    await play('slow-3', [{ t: 2, is: 'a', ip: 'slow', n: 0 }]);
    expect(await told('flooded')).toContainEqual({ rule: 'counts', group: 'slow', first: 0, last: 2_000, count: 3 });
    expect(detect.figures().evictedWindows).toBeGreaterThan(400);
    const { findings } = await listFindings(db.read, { ruleId: 'firebreak-detect-overflow', limit: 10 });
    expect(findings.map(({ group_key: key }) => key)).toContain('rule=counts');
    expect((await rows('flooded')).length).toBeLessThanOrEqual(groupsPerRule);
    await detect.close();
  });

  test('a flood through one sender does not push out the groups of another', async () => {
    await db.read.run(sql`delete from windows`);
    const detect = await open('shares', { groupsPerRule: 2 * groupsPerRule });
    const quiet = Array.from({ length: 40 }, (_, at) => ({ t: 0, is: 'a', ip: `192.0.2.${at}`, n: 0 }));
    const loud = flood(1_500, 1).map((view, at) => event(`loud-${at}`, view));
    // Neither the oldest nor the newest.
    for (const [name, events] of [
      ['loud', loud.slice(0, 750)],
      ['quiet', quiet.map((view, at) => event(`quiet-${at}`, view))],
      ['loud', loud.slice(750)],
    ] as const) {
      await ingest.accept(sourceOf(name), events);
      await drain(detect);
      clock.advance(1_000);
    }
    clock.advance(31_000);
    await drain(detect);
    expect(await rows('quiet')).toHaveLength(40);
    expect((await rows('loud')).length).toBeLessThanOrEqual(2 * groupsPerRule - 40);
    await detect.close();
  });
});
