import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../../test/database.ts';
import { insertContainment } from '../../../test/engine/containment.ts';
import { shippedPlaybook } from '../../../test/engine/shipped-playbook.ts';
import { compileCache, finished } from '../../../test/engine/trial.ts';
import { until } from '../../../test/until.ts';
import { idFrom } from '../../base/ids.ts';
import { sql } from '../../db/index.ts';
import type { LoadedPlaybook } from '../playbook/playbook.ts';
import { cancelExecution } from './ask-engine.ts';
import type { EngineSettings } from './engine-settings.ts';
import { requestExecution, stepsOfExecution } from './store/executions.ts';

const root = join(import.meta.dirname, '../../..');
const db = await testDatabase();
const denyStep = 'action--0a6e3f91-84d2-4c7b-a5e8-b19f4d72c603';

let playbook: LoadedPlaybook;
let engine: ChildProcess;

function launch(): ChildProcess {
  const settings: EngineSettings = { database_url: db.url, log_level: 'error', notify: [] };
  return fork(join(root, 'src/server/engine-main.ts'), [], {
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: compileCache, FIREBREAK_ENGINE: JSON.stringify(settings) },
    execArgv: ['--disable-warning=DeprecationWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

beforeAll(async () => {
  playbook = await shippedPlaybook(db);
  engine = launch();
});
afterAll(() => engine.kill('SIGKILL'));

/** Asks for a run and waits until it waits for its containment. */
async function waitingRun(name: string): Promise<{ executionId: string; containmentId: string }> {
  const containmentId = idFrom('containment', name);
  const executionId = idFrom('execution', name);
  await insertContainment(db, containmentId, {});
  await requestExecution(db.read, {
    executionId,
    playbook,
    tenantId: 'default',
    siteId: 'default',
    incidentId: null,
    inputs: {
      variables: {},
      containments: [{ step_id: denyStep, containment_id: containmentId, target: '203.0.113.5' }],
    },
    requestedBy: 'system:respond',
    isDemonstration: false,
  });
  db.channels.wake('executions');
  await until(async () => (await verifyStep(executionId))?.status === 'ongoing', { timeoutMs: 100_000 });
  return { executionId, containmentId };
}

const verifyStep = async (executionId: string) =>
  (await stepsOfExecution(db.read, executionId)).find((step) => step.step_name === 'Verify');

async function verified(containmentId: string): Promise<void> {
  await db.read.run(sql`
    update containments set status = 'in_force', verification = verification ||
      '{"applied": "yes", "effective": "yes", "dropped_packets": 7}'::jsonb
    where id = ${containmentId}`);
  db.channels.wake('containments');
}

describe('runs that wait for their containment', { timeout: 180_000 }, () => {
  it('end each with its own, are cancelled alone, and wait again after their process was killed', async () => {
    const [first, second, third] = [await waitingRun('first'), await waitingRun('second'), await waitingRun('third')];
    await verified(first.containmentId);
    const [ended] = await finished(db, [first.executionId]);
    expect(ended?.status).toBe('successfully_completed');
    expect((await verifyStep(second.executionId))?.status).toBe('ongoing');

    await cancelExecution(db.read, second.executionId);
    db.channels.wake('executions');
    const [cancelled] = await finished(db, [second.executionId]);
    expect(cancelled?.status).toBe('cancelled');
    await until(async () => (await verifyStep(second.executionId))?.finished_at !== null);
    expect((await verifyStep(second.executionId))?.status_text).toContain('cancelled');

    engine.kill('SIGKILL');
    await once(engine, 'exit');
    engine = launch();
    await until(async () => (await verifyStep(third.executionId))?.attempts === 2, { timeoutMs: 100_000 });
    await verified(third.containmentId);
    const [resumed] = await finished(db, [third.executionId]);
    expect(resumed).toMatchObject({ status: 'successfully_completed', recoveries: 0 });
    const steps = await stepsOfExecution(db.read, third.executionId);
    expect(steps.map((step) => [step.step_name, step.status])).toEqual(
      ['Start', 'Deny the address', 'Verify', 'Enrich', 'Notify', 'Contained'].map((name) => [
        name,
        'successfully_completed',
      ]),
    );
  });
});
