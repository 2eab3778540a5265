import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { testDatabase } from '../../../test/database.ts';
import { ask, chain, finished, trial } from '../../../test/engine/trial.ts';
import { until } from '../../../test/until.ts';
import { sql } from '../../db/index.ts';
import { cancelExecution } from './ask-engine.ts';
import { executionById, insertRequest, stepsOfExecution } from './store/executions.ts';

const db = await testDatabase();
const { effects, launch, ready } = trial(db.url);

function keysOf(name: string, executionId: string): string[] {
  return effects(name)
    .map((line) => line.key)
    .filter((key) => key.startsWith(executionId));
}

describe('one engine process', { timeout: 180_000 }, () => {
  it('[2] three processes launch at once on a database without the engine’s schema', async () => {
    const engines = [launch(), launch(), launch()];
    await until(() => effects('ready').length === 3 || engines.some((engine) => engine.hasEnded()), {
      timeoutMs: 100_000,
    });
    expect(effects('ready')).toHaveLength(3);
    for (const engine of engines) engine.child.kill('SIGTERM');
    await Promise.all(engines.map((engine) => engine.ended));
  });

  it('runs a chain of steps once each and keeps intent and outcome of every effect', async () => {
    const engine = await ready();
    const [id = ''] = await ask(
      db,
      await chain(db, [
        ['once', '0'],
        ['once', '0'],
      ]),
    );
    const [execution] = await finished(db, [id]);
    expect(execution).toMatchObject({ status: 'successfully_completed', recoveries: 0 });
    const steps = await stepsOfExecution(db.read, id);
    expect(steps.map((step) => [step.step_type, step.status])).toEqual([
      ['start', 'successfully_completed'],
      ['action', 'successfully_completed'],
      ['action', 'successfully_completed'],
      ['end', 'successfully_completed'],
    ]);
    const keys = keysOf('once', id);
    expect(new Set(keys).size).toBe(2);
    expect(keys).toHaveLength(2);
    const entries = await db.read.many(
      z.object({ kind: z.string() }),
      sql`select kind from ledger_entries where subject = ${id} order by id`,
    );
    expect(entries.map((entry) => entry.kind)).toEqual([
      'step.attempted',
      'step.succeeded',
      'step.attempted',
      'step.succeeded',
      'execution.successfully_completed',
    ]);
    engine.child.kill('SIGTERM');
    await engine.ended;
  });

  it('[5] an effect whose answer was lost is uncertain and is not sent again', async () => {
    const first = await ready();
    const [id = ''] = await ask(
      db,
      await chain(db, [
        ['sent-then-killed', ''],
        ['once', '0'],
      ]),
    );
    await first.ended;
    const second = await ready();
    const [execution] = await finished(db, [id]);
    expect(execution?.status).toBe('failed');
    expect((await stepsOfExecution(db.read, id)).find((step) => step.step_type === 'action')?.status).toBe('uncertain');
    expect(keysOf('sent', id)).toHaveLength(1);
    expect(keysOf('once', id)).toHaveLength(0);
    second.child.kill('SIGKILL');
    await second.ended;
  });

  it('a run that keeps killing its process is set aside, and its neighbour ends', async () => {
    const [poison = ''] = await ask(
      db,
      await chain(db, [
        ['once', '0'],
        ['poison', ''],
      ]),
    );
    const [neighbour = ''] = await ask(
      db,
      await chain(db, [
        ['again', '4000'],
        ['once', '0'],
      ]),
    );
    let engine = launch();
    let starts = 1;
    await until(
      async () => {
        if (engine.hasEnded()) {
          engine = launch();
          starts += 1;
        }
        return (await executionById(db.read, poison))?.status === 'quarantined';
      },
      { timeoutMs: 100_000, what: 'the quarantine' },
    );
    const [execution] = await finished(db, [neighbour]);
    expect(execution?.status).toBe('successfully_completed');
    expect(keysOf('poison', poison).length).toBeLessThanOrEqual(6);
    expect(starts).toBeLessThanOrEqual(8);
    expect(keysOf('once', poison)).toHaveLength(1);
    engine.child.kill('SIGKILL');
    await engine.ended;
  });

  it('[7] a delayed run waits without memory, and a cancelled one never begins', async () => {
    const engine = await ready();
    const [late = ''] = await ask(db, await chain(db, [['once', '0']]), 1, { delayMs: 2_000 });
    const [never = ''] = await ask(db, await chain(db, [['once', '0']]), 1, { delayMs: 3_600_000 });
    await until(async () => (await waitingRequests()) === 0);
    await cancelExecution(db.read, never);
    db.channels.wake('executions');
    const [cancelled, done] = await finished(db, [never, late]);
    expect(cancelled?.status).toBe('cancelled');
    expect(done?.status).toBe('successfully_completed');
    expect((done?.started_at?.getTime() ?? 0) - (done?.requested_at.getTime() ?? 0)).toBeGreaterThanOrEqual(1_900);
    expect(keysOf('once', never)).toHaveLength(0);
    engine.child.kill('SIGTERM');
    await engine.ended;
  });

  it('[7] the beginning of a waiting run can be moved', async () => {
    const engine = await ready();
    const [id = ''] = await ask(db, await chain(db, [['once', '0']]), 1, { delayMs: 3_600_000 });
    await until(async () => (await waitingRequests()) === 0);
    // One that makes no sense stands in front of it, and is dropped.
    await insertRequest(db.read, { executionId: id, kind: 'delay', key: 'bad', body: { delay_ms: 'soon' } });
    await insertRequest(db.read, { executionId: id, kind: 'delay', key: 'now', body: { delay_ms: 0 } });
    db.channels.wake('executions');
    const [execution] = await finished(db, [id]);
    expect(execution?.status).toBe('successfully_completed');
    engine.child.kill('SIGTERM');
    await engine.ended;
  });

  it('[6] runs that wait take no place from others', async () => {
    const engine = await ready({ TRIAL_MAX_RUNNING: '2' });
    const waiting = await ask(db, await chain(db, [['once', '0', { delay: 600_000 }]]), 6);
    const [quick = ''] = await ask(db, await chain(db, [['once', '0']]));
    const [execution] = await finished(db, [quick]);
    expect(execution?.status).toBe('successfully_completed');
    for (const id of waiting) await cancelExecution(db.read, id);
    db.channels.wake('executions');
    await finished(db, waiting);
    engine.child.kill('SIGKILL');
    await engine.ended;
  });

  it('[11] the engine forgets what ended, our tables do not', async () => {
    const first = await ready();
    const [id = ''] = await ask(db, await chain(db, [['once', '0']]));
    await finished(db, [id]);
    const known = () =>
      db.read.one(
        z.object({ count: z.number() }),
        sql`select count(*) from dbos.workflow_status where workflow_uuid = ${id}`,
      );
    expect((await known()).count).toBe(1);
    first.child.kill('SIGTERM');
    await first.ended;
    const second = await ready({ TRIAL_KEEP_DAYS: '0' });
    await until(async () => (await known()).count === 0);
    expect(await stepsOfExecution(db.read, id)).toHaveLength(3);
    second.child.kill('SIGTERM');
    await second.ended;
    // Who left in order is struck off by himself.
    const left = await db.read.one(
      z.object({ count: z.number() }),
      sql`select count(*) from executors where pid = ${second.pid}`,
    );
    expect(left.count).toBe(0);
  });

  it('a running step is told that its run was cancelled', async () => {
    const engine = await ready();
    const [id = ''] = await ask(
      db,
      await chain(db, [
        ['again', '20000'],
        ['once', '0'],
      ]),
    );
    await until(() => keysOf('again-begun', id).length === 1, { timeoutMs: 30_000 });
    await cancelExecution(db.read, id);
    db.channels.wake('executions');
    const [execution] = await finished(db, [id]);
    expect(execution?.status).toBe('cancelled');
    await until(async () => (await stepsOfExecution(db.read, id)).every((step) => step.finished_at !== null));
    expect(keysOf('once', id)).toHaveLength(0);
    engine.child.kill('SIGKILL');
    await engine.ended;
  });

  it('ends when its parent is gone', async () => {
    const engine = await ready();
    engine.child.disconnect();
    await engine.ended;
    expect(engine.hasEnded()).toBe(true);
  });
});

async function waitingRequests(): Promise<number> {
  const row = await db.read.one(
    z.object({ count: z.number() }),
    sql`select count(*) from execution_requests where dispatched_at is null`,
  );
  return row.count;
}
