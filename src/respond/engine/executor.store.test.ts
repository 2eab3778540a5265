import { afterAll, expect, it } from 'vitest';
import { z } from 'zod';
import { testDatabase } from '../../../test/database.ts';
import { silentLog } from '../../base/log.ts';
import { sql } from '../../db/index.ts';
import { joinExecutors } from './executor.ts';

const db = await testDatabase();
const said: string[] = [];
const executor = await joinExecutors({
  url: db.url,
  id: 'living',
  log: { ...silentLog, info: () => void said.push('info'), warn: () => void said.push('warn') },
  standstillMs: 10_000,
  onLost: (reason) => said.push(reason),
});
afterAll(() => executor.leave(0));

it.each([
  { runs: 0, level: 'info' },
  { runs: 2, level: 'warn' },
])('one that is gone and left $runs runs is struck off, as $level', async ({ runs, level }) => {
  said.length = 0;
  await db.read.run(sql`insert into executors (id, host, pid, backend_pid) values ('gone', 'h', 1, 1)`);
  const taken: string[] = [];
  await executor.sweep(async (id) => {
    taken.push(id);
    return runs;
  });
  expect(taken).toEqual(['gone']);
  expect(said).toEqual([level]);
  expect(await db.read.many(z.object({ id: z.string() }), sql`select id from executors`)).toEqual([{ id: 'living' }]);
});
