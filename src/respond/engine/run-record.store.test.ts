import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { testDatabase } from '../../../test/database.ts';
import { insertContainment } from '../../../test/engine/containment.ts';
import { systemClock } from '../../base/clock.ts';
import { sql } from '../../db/index.ts';
import type { Step } from '../../standards/cacao/index.ts';
import { containmentById } from '../store/containments.ts';
import { denyAddress } from './actions/deny-address.ts';
import type { Performed } from './effect.ts';
import type { Attempt } from './interpret.ts';
import { createRunRecord, type RunRecord } from './run-record.ts';
import {
  beginExecution,
  countRecovery,
  executionById,
  requestExecution,
  stepsOfExecution,
} from './store/executions.ts';

const db = await testDatabase();
const clock = systemClock;
const start: Step = { type: 'start', name: 'Start', on_completion: 'a' };

/** A run that has begun here; `resume` begins it again, in another process. */
async function begun(containments: string[] = []) {
  const id = `execution--${randomUUID()}`;
  await requestExecution(db.read, {
    executionId: id,
    playbook: { id: 'playbook--1', version: '1', name: 'Trial' },
    tenantId: 'default',
    siteId: 'default',
    incidentId: null,
    inputs: {
      variables: {},
      containments: containments.map((one) => ({ step_id: 'a', containment_id: one, target: '203.0.113.5' })),
    },
    requestedBy: 'cli:test',
    isDemonstration: false,
  });
  const resume = async (executorId: string): Promise<RunRecord> => {
    const execution = await beginExecution(db.read, id, executorId);
    if (!execution) throw new Error('It is over.');
    return createRunRecord({ db, clock, executorId }, execution);
  };
  return { id, resume, record: await resume('one') };
}

const attemptAt = (stepId: string): Attempt => ({
  stepId,
  iteration: 0,
  commandIndex: 0,
  step: { type: 'action', name: stepId, agent: 'agent', commands: [], on_completion: 'end' },
  command: { type: 'firebreak:trial', command: 'text' },
  args: {},
  timeoutMs: 1_000,
});

const done = (executorId: string, more: Partial<Performed> = {}): Performed => ({
  status: 'successfully_completed',
  detail: 'Done.',
  out: { __answer__: 'yes' },
  durationMs: 1,
  executorId,
  endedAt: clock.now(),
  ...more,
});

const kindsOf = async (id: string) =>
  (
    await db.read.many(
      z.object({ kind: z.string() }),
      sql`select kind from ledger_entries where subject = ${id} or actor = ${id} order by at, id`,
    )
  ).map(({ kind }) => kind);

/** The transaction that wrote each step's row last. */
const writersOf = (id: string) =>
  db.read.many(
    z.object({ step: z.string(), writer: z.string() }),
    sql`select step_id as step, xmin::text as writer from step_executions where execution_id = ${id}
        order by started_at, iteration`,
  );

const startPassed = { stepId: 's', iteration: 0, step: start, status: 'successfully_completed', detail: '' } as const;

describe('the record of a run', () => {
  it('has the end of a step and the beginning of the next in one transaction, in order', async () => {
    const { id, record } = await begun();
    await record.passed(startPassed);
    expect(await stepsOfExecution(db.read, id)).toEqual([]);
    await record.begin(attemptAt('a'));
    const [first, second] = await writersOf(id);
    expect([first?.step, second?.step]).toEqual(['s', 'a']);
    expect(second?.writer).toBe(first?.writer);
    record.performed(attemptAt('a'), done('one'));
    expect((await stepsOfExecution(db.read, id))[1]?.status).toBe('ongoing');
    await record.begin(attemptAt('b'));
    const [, a, b] = await writersOf(id);
    expect([a?.step, b?.step]).toEqual(['a', 'b']);
    expect(b?.writer).toBe(a?.writer);
    record.performed(attemptAt('b'), done('one', { status: 'timeout_error' }));
    await record.close({ status: 'failed', detail: 'b timed out' });
    expect((await stepsOfExecution(db.read, id)).map((step) => [step.step_id, step.status, step.outputs])).toEqual([
      ['s', 'successfully_completed', {}],
      ['a', 'successfully_completed', { __answer__: 'yes' }],
      ['b', 'timeout_error', { __answer__: 'yes' }],
    ]);
    expect(await executionById(db.read, id)).toMatchObject({ status: 'failed', status_text: 'b timed out' });
    expect(await kindsOf(id)).toEqual([
      'step.attempted',
      'step.succeeded',
      'step.attempted',
      'step.timed_out',
      'execution.failed',
    ]);
  });

  it('is completed by another process with what the durable engine remembers, and nothing is told twice', async () => {
    const { id, record, resume } = await begun();
    await record.begin(attemptAt('a'));
    // Killed before the next step began.
    for (const executorId of ['two', 'three']) {
      const again = await resume(executorId);
      await again.passed(startPassed);
      again.performed(attemptAt('a'), done('one'));
      await again.flush();
    }
    const [a] = await stepsOfExecution(db.read, id);
    expect(a).toMatchObject({ status: 'successfully_completed', executor_id: 'one', attempts: 1 });
    expect(await kindsOf(id)).toEqual(['step.attempted', 'step.succeeded']);
  });

  it('leaves a step alone that another process has taken over', async () => {
    const { id, record, resume } = await begun();
    await record.begin(attemptAt('a'));
    const heir = await resume('two');
    const { isNew, row } = await heir.begin(attemptAt('a'));
    expect([isNew, row.attempts]).toEqual([false, 2]);
    record.performed(attemptAt('a'), done('one'));
    await record.flush();
    expect((await stepsOfExecution(db.read, id))[0]).toMatchObject({ status: 'ongoing', executor_id: 'two' });
    heir.performed(attemptAt('a'), done('two', { status: 'uncertain' }));
    await heir.flush();
    expect((await stepsOfExecution(db.read, id))[0]?.status).toBe('uncertain');
    expect(await kindsOf(id)).toEqual(['step.attempted', 'step.attempted', 'step.uncertain']);
  });

  it('forgets takeovers when a step has ended, not when one was begun again', async () => {
    const { id, resume } = await begun();
    const recoveries = async () => (await executionById(db.read, id))?.recoveries;
    await countRecovery(db.read, id);
    const second = await resume('two');
    await second.begin(attemptAt('a'));
    expect(await recoveries()).toBe(1);
    await countRecovery(db.read, id);
    const third = await resume('three');
    await third.begin(attemptAt('a'));
    expect(await recoveries()).toBe(2);
    third.performed(attemptAt('a'), done('three'));
    await third.begin(attemptAt('b'));
    expect(await recoveries()).toBe(0);
    // b kills its process: what has ended before is no progress any more.
    await countRecovery(db.read, id);
    const fourth = await resume('four');
    fourth.performed(attemptAt('a'), done('three'));
    await fourth.begin(attemptAt('b'));
    expect(await recoveries()).toBe(1);
  });

  it('has intent, adoption and outcome of an effect on our own tables in one transaction, once', async () => {
    const containmentId = `containment--${randomUUID()}`;
    await insertContainment(db, containmentId, {});
    const { id, record, resume } = await begun([containmentId]);
    await record.passed(startPassed);
    const first = await record.carryOut(denyAddress(clock), attemptAt('a'));
    expect(first).toMatchObject({ status: 'successfully_completed', out: { __target__: '203.0.113.5' } });
    expect((await containmentById(db.read, containmentId))?.execution_id).toBe(id);
    const { writer } = await db.read.one(
      z.object({ writer: z.string() }),
      sql`select xmin::text as writer from containments where id = ${containmentId}`,
    );
    expect(await writersOf(id)).toEqual([
      { step: 's', writer },
      { step: 'a', writer },
    ]);
    const kinds = ['step.attempted', 'containment.adopted', 'step.succeeded'];
    expect(await kindsOf(id)).toEqual(kinds);
    // A run that resumes has the outcome of then.
    await db.read.run(sql`update containments set status = 'failed' where id = ${containmentId}`);
    const again = await resume('two');
    await again.passed(startPassed);
    expect(await again.carryOut(denyAddress(clock), attemptAt('a'))).toEqual(first);
    expect(await kindsOf(id)).toEqual(kinds);
  });

  it('has nothing of an effect on our own tables that threw, but that it failed', async () => {
    const { id, record } = await begun();
    const result = await record.carryOut(
      {
        name: 'firebreak:trial',
        async within(tx) {
          await tx.run(sql`update executions set status_text = 'half' where id = ${id}`);
          throw new Error('It broke.');
        },
      },
      attemptAt('a'),
    );
    expect(result).toMatchObject({ status: 'failed', detail: 'It broke.' });
    expect((await executionById(db.read, id))?.status_text).toBe('');
    expect(await kindsOf(id)).toEqual(['step.attempted', 'step.failed']);
  });

  it('gives what was read before when a run resumes', async () => {
    const { id, record, resume } = await begun();
    const first = await record.wasRead(attemptAt('a'), clock.now(), { outcome: 'succeeded', detail: 'then' });
    const again = await resume('two');
    const second = await again.wasRead(attemptAt('a'), clock.now(), { outcome: 'failed', detail: 'now' });
    expect(second).toEqual(first);
    expect(await kindsOf(id)).toEqual(['step.attempted', 'step.succeeded']);
  });

  it('does not grow in memory over many steps without an effect', async () => {
    const { id, record } = await begun();
    for (let iteration = 0; iteration < 250; iteration += 1) await record.passed({ ...startPassed, iteration });
    const written = await stepsOfExecution(db.read, id);
    expect(written.map((step) => step.iteration)).toEqual(Array.from({ length: 200 }, (_, place) => place));
    await record.flush();
    expect(await stepsOfExecution(db.read, id)).toHaveLength(250);
  });
});
