import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { migrationsDir } from '../../../test/database.ts';
import { ask, chain, finished, trial } from '../../../test/engine/trial.ts';
import { until } from '../../../test/until.ts';
import { silentLog } from '../../base/log.ts';
import { migrate, openDatabase, sql, startEmbedded } from '../../db/index.ts';
import { executionById } from './store/executions.ts';

// A PostgreSQL of its own: it is killed here.
const folder = mkdtempSync(join(tmpdir(), 'firebreak-fleet-'));
const embedded = await startEmbedded({ dataDir: join(folder, 'pg'), log: silentLog });
await migrate(embedded.url, { dir: migrationsDir, log: silentLog });
const db = openDatabase({ url: embedded.url, log: silentLog, max: 8 });
afterAll(async () => {
  await db.close();
  await embedded.stop();
  rmSync(folder, { recursive: true, force: true });
});
const { effects, launch, ready } = trial(embedded.url);

/** Effects of these runs that came twice under one key. */
function duplicates(name: string, ids: readonly string[]): string[] {
  const seen = new Set<string>();
  return effects(name)
    .map((line) => line.key)
    .filter((key) => ids.some((id) => key.startsWith(id)))
    .filter((key) => seen.size === seen.add(key).size);
}

describe('several engine processes', { timeout: 180_000 }, () => {
  it('[1] the runs of a killed process are taken over within seconds', async () => {
    const first = await ready();
    const ids = await ask(
      db,
      await chain(db, [
        ['again', '2000'],
        ['again', '2000'],
        ['again', '2000'],
        ['once', '0'],
      ]),
      20,
    );
    await until(() => effects('again').length >= 10, { timeoutMs: 60_000 });
    const second = await ready();
    first.child.kill('SIGKILL');
    const runs = await finished(db, ids, 100_000);
    expect(runs.every((run) => run.status === 'successfully_completed')).toBe(true);
    expect(duplicates('once', ids)).toEqual([]);
    expect(effects('once')).toHaveLength(20);
    second.child.kill('SIGKILL');
    await second.ended;
  });

  it('[1] a process that stood still finds itself cut off, ends, and does nothing twice', async () => {
    const zombie = await ready();
    const ids = await ask(
      db,
      await chain(db, [
        ['once', '5000'],
        ['once', '0'],
        ['once', '0'],
      ]),
      5,
    );
    await until(async () => (await executionById(db.read, ids[4] ?? ''))?.status === 'ongoing');
    await until(async () => {
      const row = await db.read.one(
        z.object({ count: z.number() }),
        sql`select count(*) from step_executions where execution_id = any(${ids}::text[]) and status = 'ongoing'`,
      );
      return row.count === 5;
    });
    zombie.child.kill('SIGSTOP');
    const heir = await ready();
    const runs = await finished(db, ids, 100_000);
    // Nobody knows whether the stopped process has sent: the heir does not send again.
    expect(runs.every((run) => run.status === 'failed')).toBe(true);
    zombie.child.kill('SIGCONT');
    await zombie.ended;
    expect(effects('lost').some((line) => line.pid === zombie.pid)).toBe(true);
    expect(duplicates('once', ids)).toEqual([]);
    const states = await db.read.many(
      z.object({ status: z.string() }),
      sql`select status from step_executions where execution_id = any(${ids}::text[]) and step_type = 'action'`,
    );
    expect(new Set(states.map((row) => row.status))).toEqual(new Set(['uncertain']));
    heir.child.kill('SIGKILL');
    await heir.ended;
  });

  it('PostgreSQL is killed under load: engines are started again, every run ends, nothing happens twice', async () => {
    let engine = launch();
    let restarts = 0;
    let stopped = false;
    const again = () => {
      if (stopped) return;
      restarts += 1;
      engine = launch();
      void engine.ended.then(again);
    };
    void engine.ended.then(again);
    const playbook = await chain(db, [
      ['again', '50'],
      ['once', '20'],
      ['again', '50'],
      ['once', '20'],
    ]);
    const ids = await ask(db, playbook, 60);
    for (const round of [1, 2]) {
      await until(
        () => effects('once').filter((line) => ids.some((id) => line.key.startsWith(id))).length >= round * 10,
        { timeoutMs: 100_000 },
      );
      const { pid } = embedded;
      process.kill(pid, 'SIGKILL');
      await until(() => embedded.pid !== pid, { timeoutMs: 100_000 });
    }
    const runs = await finished(db, ids, 150_000);
    expect(restarts).toBeGreaterThanOrEqual(1);
    expect(duplicates('once', ids)).toEqual([]);
    // What was under way when the database went is uncertain at worst, and then the run says so.
    const uncertain = runs.filter((run) => run.status !== 'successfully_completed');
    const steps = await db.read.many(
      z.object({ execution_id: z.string() }),
      sql`select distinct execution_id from step_executions where execution_id = any(${ids}::text[]) and status = 'uncertain'`,
    );
    expect(new Set(steps.map((step) => step.execution_id))).toEqual(new Set(uncertain.map((run) => run.id)));
    stopped = true;
    engine.child.kill('SIGKILL');
    await engine.ended;
  });
});
