import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createClient, type Client } from '../api/client.ts';
import { denyAddress, listContainments, releaseContainment } from '../api/containments.ts';
import { postEvents } from '../api/events.ts';
import { addNote, getIncident, getReport, getTimeline, listIncidents, setVerdict } from '../api/incidents.ts';
import { listLedger, verifyLedger } from '../api/ledger.ts';
import { routes } from '../api/routes.ts';
import { armRule, getShadowRecord, listRules } from '../api/rules.ts';
import { addSource } from '../api/sources.ts';
import { getStop, resumeResponse, stopResponse } from '../api/stop-switch.ts';
import { getReadiness, getSystem } from '../api/system.ts';
import { createToken } from '../api/tokens.ts';
import { systemClock } from '../base/clock.ts';
import { Config } from '../base/config.ts';
import { silentLog } from '../base/log.ts';
import { emptyDatabase } from '../../test/database.ts';
import { until } from '../../test/until.ts';
import { serve, type Serving } from './serve.ts';

const root = resolve(import.meta.dirname, '../..');
const dir = mkdtempSync(join(tmpdir(), 'firebreak-serve-'));
const authLog = join(dir, 'auth.log');
const waitMs = { timeoutMs: 60_000 };
let serving: Serving;
let client: Client;
let token: string;

const failedLogin = (n: number, from = '203.0.113.50') =>
  `${new Date().toISOString()} web sshd[${1_000 + n}]: Failed password for root from ${from} port ${40_000 + n} ssh2\n`;

beforeAll(async () => {
  writeFileSync(authLog, '');
  serving = await serve({
    config: Config.parse({
      state_dir: dir,
      database_url: await emptyDatabase(),
      demonstration: 'off',
      http: { port: 0 },
      respond: { enforcer: 'recorder' },
    }),
    clock: systemClock,
    log: silentLog,
    root,
    cwd: root,
    version: '0.0.0-test',
    host: 'test-host',
    terminal: 'cli:tester',
    uid: process.getuid?.(),
    environment: process.env,
  });
  const credential = z
    .object({ url: z.string(), token: z.string() })
    .parse(JSON.parse(readFileSync(join(dir, 'cli-token'), 'utf8')));
  token = credential.token;
  client = createClient({ fetch, baseUrl: credential.url, headers: { authorization: `Bearer ${token}` } });
}, 120_000);

afterAll(async () => {
  const began = performance.now();
  await serving?.stop();
  rmSync(dir, { recursive: true, force: true });
  // The limit is 5 s on a quiet machine.
  expect(performance.now() - began).toBeLessThan(20_000);
}, 60_000);

/** Reads server-sent events until `isEnough`. */
async function readStream(
  url: string,
  lastId: string | undefined,
  isEnough: (text: string) => boolean,
): Promise<string> {
  const stop = new AbortController();
  const answer = await fetch(new URL('/v1/stream', url), {
    headers: { authorization: `Bearer ${token}`, ...(lastId === undefined ? {} : { 'last-event-id': lastId }) },
    signal: stop.signal,
  });
  let text = '';
  for await (const chunk of answer.body ?? []) {
    text += Buffer.from(chunk).toString();
    if (isEnough(text)) break;
  }
  stop.abort();
  return text;
}

test('it is ready, with a first admin and a credential that only its owner reads', async () => {
  expect(serving.firstAdmin).toMatchObject({ name: 'admin' });
  expect(statSync(join(dir, 'cli-token')).mode & 0o777).toBe(0o600);
  expect(await client.call(getReadiness, {})).toEqual({ status: 'ready' });
  const system = await client.call(getSystem, {});
  expect(system.processes.map(({ name }) => name)).toEqual(['server', 'detect', 'engine', 'history']);
  expect(system.points).toMatchObject([{ kind: 'recorder', state: 'connected' }]);
});

test('every promised route has an owner', async () => {
  for (const { route } of routes.filter(
    (one) => one.route.method === 'GET' && !one.route.params && one.route.id !== 'getStream',
  )) {
    const path = route.path.replace('*', '_license');
    const answer = await fetch(new URL(path, serving.url), { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status, `${route.path}: ${await answer.text()}`).toBe(200);
  }
});

test('log lines become an incident with reasons, a shadow containment, a timeline and a report; a person closes it', async () => {
  const changes = readStream(serving.url, undefined, (text) => /"type":"incident","id":"incident--/.test(text));
  await client.call(addSource, {
    body: { kind: 'file', name: 'auth', address: authLog, format: 'sshd', from_start: true },
  });
  for (let n = 0; n < 12; n += 1) appendFileSync(authLog, failedLogin(n));
  const incident = await until(
    async () => (await client.call(listIncidents, { query: { text: '203.0.113.50' } })).items[0],
    waitMs,
  );
  expect(incident).toMatchObject({ stage: 'suspected', status: 'new', entity_value: '203.0.113.50' });
  const detail = await client.call(getIncident, { params: { id: String(incident.number) } });
  expect(detail.reasons.length).toBe(detail.findings.length);
  expect(await changes).toContain('event: change');

  const { items } = await until(async () => {
    const page = await client.call(listContainments, { query: { scope: 'all', incident_id: incident.id } });
    return page.items.length > 0 ? page : undefined;
  }, waitMs);
  expect(items[0]).toMatchObject({ target: '203.0.113.50', level: 'shadow', status: 'proposed' });
  expect((await client.call(listContainments, { query: { scope: 'waiting' } })).items).toEqual([]);

  await client.call(addNote, { params: { id: incident.id }, body: { text: 'Seen \u001b[31mred\u001b[0m.' } });
  const timeline = await client.call(getTimeline, { params: { id: incident.id } });
  expect(timeline.items.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['incident.opened', 'note.added']));
  const told = (kind: string) => timeline.items.find((one) => one.kind === kind)?.summary;
  expect(told('finding.first_seen')).toMatch(/^SSH .*203\.0\.113\.50/);
  expect(told('incident.opened')).toContain('203.0.113.50');
  expect(told('containment.shadowed')).toMatch(/203\.0\.113\.50.* would be done \(shadow\)/);
  expect(await client.call(getReport, { params: { id: incident.id } })).toContain('203.0.113.50');

  const now = (await client.call(getIncident, { params: { id: incident.id } })).incident;
  const wrong = client.call(
    setVerdict,
    { params: { id: incident.id }, body: { verdict: 'test' } },
    { ifMatch: now.revision - 1 },
  );
  await expect(wrong).rejects.toMatchObject({
    problem: {
      status: 412,
      code: 'TRIAGE.CHANGED_MEANWHILE',
      detail: `Incident ${incident.id} is at revision ${now.revision} by now.`,
      fix: 'Read the incident again and decide on what it says now.',
    },
  });
  const judged = await client.call(setVerdict, { params: { id: incident.id }, body: { verdict: 'false_positive' } });
  expect(judged).toMatchObject({ verdict: 'false_positive', verdict_by: 'cli:tester' });
}, 120_000);

test('a person denies an address within the guardrails; a refusal brings its checks', async () => {
  const denied = await client.call(denyAddress, { body: { target: '198.51.100.77', reason: 'drill', duration_s: 60 } });
  expect(denied).toMatchObject({ target: '198.51.100.77', requested_by: 'cli:tester' });
  const refused = client.call(denyAddress, { body: { target: '127.0.0.1', reason: 'drill' } });
  await expect(refused).rejects.toMatchObject({ problem: { status: 409, code: 'RESPOND.REFUSED' } });
  const late = client.call(
    releaseContainment,
    { params: { id: denied.id }, body: { reason: 'drill' } },
    { ifMatch: denied.revision + 100 },
  );
  await expect(late).rejects.toMatchObject({
    problem: {
      status: 412,
      code: 'SERVER.CHANGED_MEANWHILE',
      detail: 'It was changed since the revision that If-Match names.',
      fix: 'Fetch it again and decide anew.',
    },
  });
  await refused.catch((error: { problem: { decision: unknown[] } }) =>
    expect(error.problem.decision.length).toBeGreaterThan(0),
  );
  await until(async () => {
    const live = await client.call(listContainments, { query: { target: '198.51.100.77' } });
    return live.items[0]?.status === 'in_force' || live.items[0]?.status === 'unverifiable';
  }, waitMs);
});

test('a firewall pulls the block list with a token that can do nothing else', async () => {
  const { secret } = await client.call(createToken, { body: { name: 'firewall', scopes: ['blocklist.read'] } });
  const headers = { authorization: `Basic ${Buffer.from(`firewall:${secret}`).toString('base64')}` };
  const list = await fetch(new URL('/v1/blocklists/denied.txt', serving.url), { headers });
  expect(await list.text()).toContain('198.51.100.77');
  const etag = list.headers.get('etag') ?? '';
  const again = await fetch(new URL('/v1/blocklists/denied.txt', serving.url), {
    headers: { ...headers, 'if-none-match': etag },
  });
  expect(again.status).toBe(304);
  expect((await fetch(new URL('/v1/containments', serving.url), { headers })).status).toBe(403);
  expect((await fetch(new URL('/v1/blocklists/nothing.txt', serving.url), { headers })).status).toBe(404);
});

test('response is stopped by the API and by the file alike', async () => {
  expect(await client.call(stopResponse, { body: { reason: 'drill' } })).toMatchObject({
    is_stopped: true,
    by: 'cli:tester',
  });
  expect(readFileSync(join(dir, 'STOP'), 'utf8')).toContain('drill');
  await expect(client.call(denyAddress, { body: { target: '198.51.100.78', reason: 'drill' } })).rejects.toMatchObject({
    problem: { code: 'RESPOND.REFUSED' },
  });
  expect(await client.call(resumeResponse, {})).toMatchObject({ is_stopped: false });
  expect(await client.call(getStop, {})).toMatchObject({ is_stopped: false });
});

test('a rule is armed only after its shadow record was seen', async () => {
  const { items, errors } = await client.call(listRules, {});
  expect(errors).toEqual([]);
  const rule = items.find(({ title }) => title === 'SSH brute force');
  expect(rule).toMatchObject({
    is_reporting: true,
    technique_ids: ['T1110.001'],
    description: expect.stringMatching(/\S/),
  });
  expect(items.find(({ title }) => title === 'SSH login failed')).toMatchObject({ is_reporting: false });
  const params = { id: rule?.id ?? '', action: 'deny-address' };
  const record = await client.call(getShadowRecord, { params });
  expect(record.count).toBeGreaterThan(0);
  const blind = { level: 'auto' as const, shadow_seen: record.count + 1, protected_confirmed: true };
  await expect(client.call(armRule, { params, body: blind })).rejects.toMatchObject({ problem: { status: 409 } });
  const body = { level: 'auto' as const, shadow_seen: record.count, protected_confirmed: true };
  expect(await client.call(armRule, { params, body })).toMatchObject({ level: 'auto', armed_by: 'cli:tester' });
});

test('events are kept line by line, once for each key', async () => {
  const options = { idempotencyKey: 'batch-1' };
  const body = '{"message":"one"}\nnot json\n{"message":"two"}\n';
  const post = () =>
    fetch(new URL('/v1/events', serving.url), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/x-ndjson',
        'idempotency-key': options.idempotencyKey,
      },
      body,
    });
  expect(postEvents.reply.parse(await (await post()).json())).toMatchObject({
    accepted: 2,
    rejected: 1,
    repeated: false,
  });
  expect(postEvents.reply.parse(await (await post()).json())).toMatchObject({
    accepted: 2,
    rejected: 1,
    repeated: true,
  });
});

test('the ledger has it all, is intact, and the stream resumes from any place in it', async () => {
  const { items } = await until(async () => {
    const page = await client.call(listLedger, { query: { limit: 200 } });
    return page.items.every(({ leaf_index }) => leaf_index !== null) ? page : undefined;
  }, waitMs);
  expect(items.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['stop.stopped', 'incident.opened']));
  expect(await client.call(verifyLedger, {})).toMatchObject({ is_intact: true });
  const text = await readStream(serving.url, '-1', (seen) => seen.includes('"type":"stop"'));
  expect(text).toMatch(/id: \d+\nevent: change\ndata: {"type":"stop","id":"stop"/);
});

test('the terminal works with the credential of the state folder', async () => {
  const { code, out } = await new Promise<{ code: number | null; out: string }>((done) => {
    const child = spawn(process.execPath, [join(root, 'bin/firebreak.mjs'), 'incident', 'list', '--all', '--json'], {
      env: { PATH: process.env['PATH'], FIREBREAK_STATE_DIR: dir },
    });
    let said = '';
    child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
    child.on('close', (code) => done({ code, out: said }));
  });
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ items: [{ entity_value: '203.0.113.50' }] });
}, 60_000);

test('the port of a running server is refused to a second one, with a free one named', async () => {
  const port = Number(new URL(serving.url).port);
  await expect(
    serve({
      config: Config.parse({ state_dir: dir, http: { port } }),
      clock: systemClock,
      log: silentLog,
      root,
      cwd: root,
      version: '0',
      host: 'test-host',
      terminal: 'cli:tester',
      uid: undefined,
      environment: {},
    }),
  ).rejects.toMatchObject({ code: 'SERVER.PORT_IN_USE' });
});
