import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { allFormats } from '../../connectors/formats.ts';
import { testDatabase } from '../../test/database.ts';
import { until } from '../../test/until.ts';
import { fakeClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { readWarningLists } from '../context/index.ts';
import { sql } from '../db/index.ts';
import { countLogons, createDetect } from '../detect/index.ts';
import { createIngest, infoOf, waitingBatches } from '../ingest/index.ts';
import {
  actionNames,
  createContainments,
  createPlaybooks,
  createStage,
  loadPolicies,
  type RespondSettings,
} from '../respond/index.ts';
import { SourceSettings, type SourceSettingsInput } from '../schema/source.ts';
import { createTriage, listIncidents } from '../triage/index.ts';
import { watchSources, type SourceWatch } from './start/source-watch.ts';
import { createWitness } from './start/witness.ts';

const root = resolve(import.meta.dirname, '../..');
const dir = mkdtempSync(join(tmpdir(), 'fb-guard-'));
const db = await testDatabase();
const start = Date.UTC(2026, 10, 21, 12);
const clock = fakeClock(start);
const ingest = createIngest({ db, clock, log: silentLog });
const bruteForce = '7e8dc2eb-383a-47b2-9361-ef76b9a57912';
let detect: Awaited<ReturnType<typeof createDetect>>;
let watch: SourceWatch;
let house: Awaited<ReturnType<typeof respondRoom>>;

async function respondRoom() {
  const warnings = await readWarningLists(join(root, 'content/lists'));
  const settings: RespondSettings = {
    db,
    clock,
    log: silentLog,
    policies: loadPolicies([join(root, 'content/policies')]),
    facts: {
      hostProtections: [],
      ownerProtections: [],
      sharedRanges: () => watch.sharedRanges(),
      isReplay: (id) => watch.isReplay(id),
      warningListsOf: (address) => warnings.warningsOf(address).map(({ title }) => title),
      adminAddresses: async () => [],
      othersLogons: countLogons,
    },
    stopFile: join(dir, 'STOP'),
    maxDurationS: 86_400,
    maxPerHour: 100,
    maxPerRuleAndHour: 100,
    escalationS: [600],
    approvalS: 3_600,
  };
  const playbooks = createPlaybooks({
    db,
    folders: [join(root, 'content/playbooks')],
    actions: new Set(actionNames),
    log: silentLog,
  });
  await playbooks.reload();
  const containments = createContainments(settings, () => {});
  return { containments, stage: createStage(settings, { push: () => {}, playbooks: () => playbooks.current() }) };
}

beforeAll(async () => {
  detect = await createDetect({
    db,
    clock,
    log: silentLog,
    formats: allFormats,
    rulesDirs: [join(root, 'content/rules')],
    worker: 'test',
  });
  watch = await watchSources({ db, log: silentLog });
  house = await respondRoom();
  await house.containments.arm(
    { tenantId: 'default', ruleId: bruteForce, action: 'deny-address', level: 'auto' },
    { actor: 'user--1', confirm: { shadowSeen: 0, protectedConfirmed: true } },
  );
}, 60_000);
afterAll(async () => {
  watch.stop();
  await ingest.stopAll();
  await detect.close();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(() => {
  clock.advance(86_400_000);
});

let sources = 0;
async function source(more: Record<string, unknown> = {}) {
  sources += 1;
  const settings: SourceSettingsInput = SourceSettings.parse({
    kind: 'http',
    name: `source ${sources}`,
    format: 'sshd',
    ...more,
  });
  return infoOf(await ingest.sources.add(settings));
}

let events = 0;
const send = (from: Awaited<ReturnType<typeof source>>, lines: readonly string[]) =>
  ingest.accept(
    from,
    lines.map((raw_data) => ({ uid: `e${(events += 1)}`, raw_data, received_at: clock.now() })),
  );

/** Everything that waits, to its end. */
async function run(): Promise<void> {
  while ((await waitingBatches(db.read, 'detect')).batches > 0) await detect.stage.turn();
  const triage = createTriage({ db, clock, log: silentLog });
  while (await triage.turn());
  while (await house.stage.turn());
}

const line = (at: number, message: string) => `${new Date(at).toISOString()} web sshd[71]: ${message}`;
const failures = (address: string, at = clock.now()) =>
  Array.from({ length: 8 }, (_, n) =>
    line(at - 8_000 + n * 1_000, `Failed password for root from ${address} port 4${n}0 ssh2`),
  );
const accepted = (address: string, user: string, at = clock.now()) =>
  line(at, `Accepted publickey for ${user} from ${address} port 51000 ssh2: ED25519 SHA256:abcdef`);
const of = async (target: string) => house.containments.list(db.read, { tenantId: 'default', target, limit: 10 });
const day = 86_400_000;

it('denies the source of an attack at once where nobody had logged on from', async () => {
  const web = await source();
  // The attacker gets in: his own success does not protect him.
  await send(web, [...failures('203.0.113.10'), accepted('203.0.113.10', 'root', clock.now() - 1_000)]);
  await run();
  expect(await of('203.0.113.10')).toMatchObject([{ status: 'ordered' }]);
});

it('asks before it denies an address from which an employee logged on last week', async () => {
  const web = await source();
  await send(web, [
    accepted('203.0.113.11', 'alice', clock.now() - 7 * day),
    accepted('2a00:1450:1:2::5', 'bob', clock.now() - 7 * day),
  ]);
  await run();
  await send(web, [...failures('203.0.113.11'), ...failures('2a00:1450:1:2::77')]);
  await run();
  for (const target of ['203.0.113.11', '2a00:1450:1:2::/64']) {
    const [one] = await of(target);
    expect(one).toMatchObject({ status: 'awaiting_approval' });
    expect(one?.approval_reason).toContain('1 account logged on from there within 30 days');
  }
});

it('forgets logons after 30 days, and believes no sender whom nobody knows', async () => {
  const [web, udp] = [await source(), await source({ kind: 'syslog-udp', port: 0 })];
  await send(web, [accepted('203.0.113.12', 'alice', clock.now() - 31 * day)]);
  await send(udp, [accepted('203.0.113.12', 'mallory', clock.now() - 7 * day)]);
  await send(web, failures('203.0.113.12'));
  await run();
  expect(await of('203.0.113.12')).toMatchObject([{ status: 'ordered' }]);
});

it('never denies a proxy of any source, from the moment it is known', async () => {
  const web = await source();
  const behind = await source({ trusted_proxies: ['203.0.113.13/32'] });
  await until(() => watch.sharedRanges().length > 0);
  await send(web, failures('203.0.113.13'));
  await run();
  const [one] = await of('203.0.113.13');
  expect(one).toMatchObject({ status: 'refused' });
  expect(one?.decision.at(-1)).toMatchObject({ check: 'shared_address', outcome: 'forbid' });
  await ingest.sources.remove(behind.source_id);
  await until(() => watch.sharedRanges().length === 0);
});

it('never aims by what is replayed or old, and acts when it goes on live', async () => {
  const [web, replay] = [await source(), await source({ kind: 'replay' })];
  await until(() => watch.isReplay(replay.source_id));
  await send(replay, failures('203.0.113.14'));
  await send(web, failures('203.0.113.15', clock.now() - 16 * 60_000));
  await run();
  for (const [target, reason] of [
    ['203.0.113.14', 'replayed'],
    ['203.0.113.15', 'min old'],
  ] as const) {
    const [one, ...more] = await of(target);
    expect(more).toEqual([]);
    expect(one).toMatchObject({ status: 'proposed', level: 'shadow' });
    expect(one?.decision.find(({ check }) => check === 'freshness')?.reason).toContain(reason);
  }
  clock.advance(60_000);
  await send(web, failures('203.0.113.15'));
  await run();
  expect((await of('203.0.113.15')).map(({ status }) => status)).toContain('ordered');
});

it('tells people of a denial that does not help: a finding in the incident of the address', async () => {
  const web = await source();
  await send(web, failures('203.0.113.16'));
  await run();
  const [containment] = await of('203.0.113.16');
  if (!containment) expect.unreachable();
  const witness = createWitness(ingest);
  await db.transaction((tx) => witness.tellIneffective(tx, [containment]));
  await run();
  const { incidents } = await listIncidents(db.read, { text: '203.0.113.16', limit: 10 });
  expect(incidents).toMatchObject([{ id: containment.incident_id, finding_count: 2 }]);
  expect((await of('203.0.113.16')).map(({ id }) => id)).toEqual([containment.id]);
});

it('takes silence for an answer only from sources that live', async () => {
  const witness = createWitness(ingest);
  const [web, quiet] = [await source(), await source()];
  const path = join(dir, 'app.log');
  writeFileSync(path, '');
  const file = await source({ kind: 'file', path });
  for (const { source_id } of [web, quiet, file]) await ingest.sources.setState(source_id, 'running');
  const since = new Date(clock.now());
  clock.advance(1_000);
  await send(web, ['anything']);
  const alive = async (...sourceIds: string[]) => (await witness.areAlive(db.read, [{ sourceIds, since }]))[0];
  expect(await alive(web.source_id)).toBe(true);
  expect(await alive(file.source_id)).toBe(true);
  expect(await alive(web.source_id, file.source_id)).toBe(true);
  expect(await alive(quiet.source_id)).toBe(false);
  expect(await alive(web.source_id, quiet.source_id)).toBe(false);
  expect(await alive()).toBe(false);
  await db.read.run(
    sql`update sources set problem = '{"code":"X","message":"gone","fix":""}' where id = ${file.source_id}`,
  );
  expect(await alive(file.source_id)).toBe(false);
  await ingest.sources.remove(web.source_id);
  expect(await alive(web.source_id)).toBe(false);
});

it('lives through NUL, half surrogates, direction marks and fields of 60 KB', async () => {
  const nasty = `\u0000\ud800\u202e\u2066${'A😀'.repeat(20_000)}\udc00`;
  const [web, json] = [await source(), await source({ format: 'json' })];
  const hostile = (n: number) =>
    line(clock.now() - n, `Failed password for ${nasty} from 203.0.113.17 port 4${n} ssh2`);
  await send(
    web,
    Array.from({ length: 8 }, (_, n) => hostile(n)),
  );
  await send(json, [
    JSON.stringify({
      '@timestamp': new Date(clock.now()).toISOString(),
      event: {
        module: 'firebreak',
        dataset: 'firebreak.respond',
        action: 'containment_ineffective',
        category: 'authentication',
        outcome: 'success',
      },
      containment_target: nasty,
      source: { ip: '203.0.113.18' },
      user: { name: nasty },
      host: { name: nasty },
    }),
    `{"event":{"module":"firebreak","dataset":"firebreak.ingest","action":"source_quiet"},"source_name":"\\ud800\\u0000"}`,
  ]);
  await send(web, failures('203.0.113.19'));
  await run();
  expect(await of('203.0.113.19')).toMatchObject([{ status: 'ordered' }]);
  const { incidents } = await listIncidents(db.read, { text: '203.0.113.18', limit: 10 });
  expect(incidents).toHaveLength(1);
  await house.containments.request({
    tenantId: 'default',
    siteId: 'default',
    kind: 'deny-address',
    target: '203.0.113.20',
    requestedBy: 'user--1',
    severityId: 0,
    durationS: 60,
    reason: nasty,
    isDemonstration: false,
  });
  expect(await of('203.0.113.20')).toMatchObject([{ status: 'ordered' }]);
  expect(detect.figures().failed).toBe(0);
});
