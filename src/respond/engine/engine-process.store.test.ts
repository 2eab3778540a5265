import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { testDatabase } from '../../../test/database.ts';
import { insertContainment } from '../../../test/engine/containment.ts';
import { shippedPlaybook } from '../../../test/engine/shipped-playbook.ts';
import { compileCache, finished } from '../../../test/engine/trial.ts';
import { until } from '../../../test/until.ts';
import { systemClock } from '../../base/clock.ts';
import { idFrom } from '../../base/ids.ts';
import { silentLog } from '../../base/log.ts';
import { sql } from '../../db/index.ts';
import type { LoadedPlaybook } from '../playbook/playbook.ts';
import { startEngineProcess, type EngineProcess } from './engine-process.ts';
import { requestExecution, stepsOfExecution } from './store/executions.ts';
import { notificationsOfIncident } from './store/notifications.ts';

const root = join(import.meta.dirname, '../../..');
const db = await testDatabase();
const folder = mkdtempSync(join(tmpdir(), 'firebreak-engine-'));
const secretFile = join(folder, 'secret');
writeFileSync(secretFile, `whsec_${Buffer.alloc(32, 1).toString('base64')}`);
const denyStep = 'action--0a6e3f91-84d2-4c7b-a5e8-b19f4d72c603';

const mails: string[] = [];
const mailServer = new SMTPServer({
  disabledCommands: ['STARTTLS', 'AUTH'],
  disableReverseLookup: true,
  logger: false,
  onData(stream, _session, done) {
    let raw = '';
    stream.on('data', (part: Buffer) => (raw += part.toString('utf8')));
    stream.on('end', () => {
      // Quoted-printable breaks long lines.
      mails.push(raw.replaceAll('=\r\n', ''));
      done();
    });
  },
});
const hooks: { id: string; body: string }[] = [];
let refusals = 1;
const hookServer = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (part: string) => (body += part));
  request.on('end', () => {
    refusals -= 1;
    if (refusals >= 0) return response.writeHead(503, { 'retry-after': '1' }).end();
    hooks.push({ id: String(request.headers['webhook-id']), body });
    return response.writeHead(204).end();
  });
});
const portOf = (address: unknown) =>
  typeof address === 'object' && address !== null && 'port' in address ? Number(address.port) : 0;

let engine: EngineProcess;
let playbook: LoadedPlaybook;

function start(options: Partial<Parameters<typeof startEngineProcess>[0]> = {}): EngineProcess {
  return startEngineProcess({
    main: join(root, 'src/server/engine-main.ts'),
    settings: {
      database_url: db.url,
      log_level: 'error',
      notify: [
        {
          kind: 'webhook',
          url: `http://127.0.0.1:${portOf(hookServer.address())}/`,
          secret_file: secretFile,
          allow_private: true,
        },
        {
          kind: 'smtp',
          host: '127.0.0.1',
          port: portOf(mailServer.server.address()),
          from: 'firebreak@example.org',
          to: ['soc@example.org'],
          tls: 'none',
        },
      ],
    },
    db,
    environment: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: compileCache },
    clock: systemClock,
    log: silentLog,
    ...options,
  });
}

beforeAll(async () => {
  await new Promise<void>((done) => mailServer.listen(0, '127.0.0.1', done));
  await new Promise<void>((done) => hookServer.listen(0, '127.0.0.1', done));
  playbook = await shippedPlaybook(db);
  engine = start();
});
afterAll(async () => {
  await engine.stop();
  mailServer.close();
  hookServer.close().closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

const Sessions = z.object({ count: z.number() });
const sessions = sql`select count(*) from pg_stat_activity
  where datname = current_database() and application_name in ('firebreak engine', 'firebreak executor')`;

async function run(
  name: string,
  more: Record<string, unknown>,
  how: { delayMs?: number; isWoken?: boolean } = {},
): Promise<{ executionId: string; containmentId: string }> {
  const executionId = idFrom('execution', name);
  const containmentId = idFrom('containment', name);
  await insertContainment(db, containmentId, more);
  await db.transaction((tx) =>
    requestExecution(tx, {
      executionId,
      playbook,
      tenantId: 'default',
      siteId: 'default',
      incidentId: `incident--${name}`,
      inputs: {
        variables: {},
        containments: [{ step_id: denyStep, containment_id: containmentId, target: '203.0.113.5' }],
      },
      requestedBy: 'system:respond',
      isDemonstration: false,
      ...(how.delayMs === undefined ? {} : { delayMs: how.delayMs }),
    }),
  );
  if (how.isWoken !== false) db.channels.wake('executions');
  return { executionId, containmentId };
}

describe('the shipped playbook in the engine process', { timeout: 180_000 }, () => {
  it('adopts, verifies, enriches, tells both notifiers once, and ends', async () => {
    const { executionId, containmentId } = await run('verified', {});
    await until(
      async () => (await stepsOfExecution(db.read, executionId)).some((step) => step.step_name === 'Verify'),
      { timeoutMs: 100_000 },
    );
    await db.read.run(sql`
      update containments set status = 'in_force', verification = verification ||
        '{"applied": "yes", "effective": "yes", "dropped_packets": 12, "detail": "12 packets were dropped."}'::jsonb
      where id = ${containmentId}`);
    db.channels.wake('containments');
    const [execution] = await finished(db, [executionId]);
    const steps = await stepsOfExecution(db.read, executionId);
    expect(execution, JSON.stringify(steps)).toMatchObject({ status: 'successfully_completed' });
    expect(steps.map((step) => step.step_name)).toEqual([
      'Start',
      'Deny the address',
      'Verify',
      'Enrich',
      'Notify',
      'Contained',
    ]);
    expect(mails).toHaveLength(1);
    expect(mails[0]).toContain('203.0.113.5');
    expect(mails[0]).toContain('12 packets dropped');
    // The first answer was a 503: the same id came again.
    expect(hooks).toHaveLength(1);
    const told = await notificationsOfIncident(db.read, 'incident--verified');
    expect(told.map((row) => row.status)).toEqual(['delivered', 'delivered']);
    expect(told.map((row) => row.id)).toContain(hooks[0]?.id);
  });

  it('calls a person when the containment failed, and the run has failed', async () => {
    const { executionId } = await run('failed', { status: 'failed' });
    const [execution] = await finished(db, [executionId]);
    expect(execution?.status).toBe('failed');
    const steps = await stepsOfExecution(db.read, executionId);
    expect(steps.map((step) => step.step_name)).toEqual([
      'Start',
      'Deny the address',
      'Call a person',
      'A person was told',
    ]);
    expect(mails.at(-1)).toContain('A person must look at it now');
  });

  it('says in shadow that nothing was denied', async () => {
    const { executionId } = await run('shadow', { status: 'proposed', level: 'shadow' });
    const [execution] = await finished(db, [executionId]);
    expect(execution?.status).toBe('successfully_completed');
    expect(mails.at(-1)).toContain('shadow: it would have been denied, nothing was');
  });

  it('is started again when it dies, and keeps little memory', async () => {
    const rssMb = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${engine.pid()}/status`, 'utf8'))?.[1]) / 1_024;
    expect(rssMb).toBeLessThan(150);
    process.kill(engine.pid() ?? 0, 'SIGKILL');
    await until(() => engine.restarts() === 1, { timeoutMs: 30_000 });
    const { executionId } = await run('after', { status: 'proposed', level: 'shadow' });
    const [execution] = await finished(db, [executionId]);
    expect(execution?.status).toBe('successfully_completed');
  });

  it('ends when its lock is lost, and nothing else does', async () => {
    const { pid, restarts } = { pid: engine.pid(), restarts: engine.restarts() };
    await db.read.run(sql`select pg_terminate_backend(backend_pid) from executors where pid = ${pid ?? 0}`);
    await until(() => engine.restarts() === restarts + 1, { timeoutMs: 30_000 });
    const { executionId } = await run('lock', { status: 'proposed', level: 'shadow' });
    const [execution] = await finished(db, [executionId]);
    expect(execution?.status).toBe('successfully_completed');
  });
});

describe('an engine process without work', { timeout: 180_000 }, () => {
  const isGone = () => until(() => engine.state() === 'waiting', { timeoutMs: 60_000, what: 'the engine to leave' });
  const shadow = { status: 'proposed', level: 'shadow' };
  const ended = async (executionId: string) =>
    expect((await finished(db, [executionId]))[0]?.status).toBe('successfully_completed');

  beforeAll(async () => {
    await until(() => engine.state() === 'running', { timeoutMs: 60_000, what: 'the tables of the engine' });
    await engine.stop();
  });

  it('is not started, and comes with the wake-up of a request', async () => {
    let looks = 0;
    const read: typeof db.read = {
      ...db.read,
      one: (schema, statement) => {
        looks += 1;
        return db.read.one(schema, statement);
      },
    };
    engine = start({ idleMs: 300, db: { read, channels: db.channels } });
    await until(() => looks > 1);
    expect(engine.state()).toBe('waiting');
    await ended((await run('woken', shadow)).executionId);
    await isGone();
    expect((await db.read.one(Sessions, sessions)).count).toBe(0);
    expect(engine.restarts()).toBe(0);
  });

  it('comes for a request whose wake-up was lost', async () => {
    await ended((await run('lost', shadow, { isWoken: false })).executionId);
    await isGone();
  });

  it('stays while a run waits for its time', async () => {
    const { executionId } = await run('delayed', shadow, { delayMs: 4_000 });
    await until(() => engine.state() === 'running', { timeoutMs: 60_000 });
    const pid = engine.pid();
    await ended(executionId);
    expect(engine.pid()).toBe(pid);
    await isGone();
  });

  it('stays as long as its runs take, and another server brings it back for those that were cut off', async () => {
    const { executionId } = await run('cut-off', { status: 'ordered' });
    await until(async () => (await stepsOfExecution(db.read, executionId)).length > 0, { timeoutMs: 60_000 });
    process.kill(engine.pid() ?? 0, 'SIGKILL');
    await engine.stop();
    await db.read.run(sql`update containments set status = 'failed' where id = ${idFrom('containment', 'cut-off')}`);
    engine = start({ idleMs: 300 });
    expect((await finished(db, [executionId]))[0]?.status).toBe('failed');
    await isGone();
  });

  it('ends with a request that came while it left', async () => {
    for (let round = 0; round < 3; round++) {
      await ended((await run(`before-${round}`, shadow)).executionId);
      await until(() => engine.pid() === undefined || engine.state() === 'running');
      const pid = engine.pid();
      // Asked for without a wake-up, at the very moment in which it is told to leave.
      if (pid !== undefined) process.kill(pid, 'SIGTERM');
      await ended((await run(`during-${round}`, shadow, { isWoken: false })).executionId);
      await isGone();
    }
    expect(engine.restarts()).toBe(0);
  });
});
