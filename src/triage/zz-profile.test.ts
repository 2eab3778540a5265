import { test } from 'vitest';
import { testDatabase } from '../../test/database.ts';
import { findingOf, fire, subject } from '../../test/findings.ts';
import { fakeClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { createTriage } from './index.ts';
const db = await testDatabase();
test('profile', async () => {
  const started = 1_700_000_000_000;
  const times = new Map<string, number[]>();
  const wrap = async <T>(query: any, work: () => Promise<T>): Promise<T> => {
    const t = performance.now();
    try { return await work(); } finally {
      const frag = JSON.stringify(query.toOperationNode?.() ?? {}).match(/(select|update|insert into|delete from|with)[^"]{0,50}/)?.[0] ?? '?';
      const row = times.get(frag) ?? []; row.push(performance.now() - t); times.set(frag, row);
    }
  };
  const counted = { ...db, transaction: (work: any) => db.transaction((tx: any) => work({
    many: (r: any, q: any) => wrap(q, () => tx.many(r, q)), one: (r: any, q: any) => wrap(q, () => tx.one(r, q)),
    maybe: (r: any, q: any) => wrap(q, () => tx.maybe(r, q)), run: (q: any) => wrap(q, () => tx.run(q)) })) };
  const running = createTriage({ db: counted as any, clock: fakeClock(started), log: silentLog });
  const turns: number[] = [];
  for (let round = 1; round <= 300; round += 1) {
    await fire(db, [findingOf(`f ${round}`, started, [subject('ip', 'actor', `203.0.${round % 250}.${Math.floor(round/250)}`), subject('user', 'victim', 'root'), subject('host','target','web1')])]);
    const t = performance.now();
    await running.turn();
    if (round > 50) turns.push(performance.now() - t);
  }
  const p = (list: number[], q: number) => list.sort((a, b) => a - b)[Math.floor(list.length * q)]?.toFixed(2);
  console.log('turn p50', p(turns, 0.5), 'p90', p(turns, 0.9), 'p99', p(turns, 0.99));
  console.log([...times].map(([k, v]) => [p(v, 0.5), v.length, k.replace(/\\n\s*/g, ' ')].join('  ')).join('\n'));
}, 100_000);
