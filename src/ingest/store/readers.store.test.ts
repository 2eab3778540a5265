import { beforeAll, expect, it } from 'vitest';
import { testIngest, type TestIngest } from '../../../test/ingest.ts';
import { sql } from '../../db/index.ts';
import { infoOf } from '../source-set.ts';
import { positionsOf, takeReader } from './positions.ts';

let house: TestIngest;
beforeAll(async () => {
  house = await testIngest();
});

it('a reader that was replaced writes neither events nor its position', async () => {
  const { db, ingest } = house;
  const found = await ingest.sources.add({ kind: 'file', name: 'file', path: '/nowhere' });
  const source = infoOf(found);
  const accept = (reader: number, offset: number) => {
    const position = {
      source_id: found.id,
      generation: '1:2:3',
      file: '1:2:0',
      path: '/nowhere',
      byte_offset: offset,
      fingerprint: '',
      updated_at: new Date(),
    };
    const event = { uid: `${offset}`, raw_data: `up to ${offset}`, received_at: 1 };
    return ingest.accept(source, [event], { position, reader, patience: 'hold' });
  };
  const first = await takeReader(db.read, found.id);
  await accept(first, 10);
  const second = await takeReader(db.read, found.id);
  await expect(accept(first, 20)).rejects.toMatchObject({ code: 'INGEST.NOT_KEPT' });
  await accept(second, 30);
  expect(await house.lines(found.id)).toEqual(['up to 10', 'up to 30']);
  expect((await positionsOf(db.read, found.id)).map(({ byte_offset: offset }) => offset)).toEqual([30]);
});

it('the next reader begins after a commit that the one before has under way', async () => {
  const { db, ingest } = house;
  const { id } = await ingest.sources.add({ kind: 'file', name: 'another', path: '/nowhere' });
  const order: string[] = [];
  let next: Promise<unknown> = Promise.resolve();
  await db.transaction(async (tx) => {
    // The lock that a commit's fence holds.
    await takeReader(tx, id);
    next = takeReader(db.read, id).then((reader) => order.push(`reader ${reader}`));
    await db.read.run(sql`select pg_sleep(0.1)`);
    order.push('commit');
  });
  await next;
  expect(order).toEqual(['commit', 'reader 2']);
});
