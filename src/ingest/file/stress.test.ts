import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { testIngest, type TestIngest } from '../../../test/ingest.ts';
import { until } from '../../../test/until.ts';
import { sql } from '../../db/index.ts';
import { unpackBody } from '../batch-body.ts';
import { seededRandom } from './stress/random.ts';

/** Each round has a new seed and new files; FIREBREAK_STRESS_SEED repeats one. */
const rounds = Number(process.env['FIREBREAK_STRESS_ROUNDS'] ?? 1);
const livesPerRound = Number(process.env['FIREBREAK_STRESS_LIVES'] ?? 4);
const givenSeed = process.env['FIREBREAK_STRESS_SEED'];

let house: TestIngest;
beforeAll(async () => {
  house = await testIngest();
});

function program(name: string, args: readonly string[]): ChildProcess {
  const env = { ...process.env, NODE_COMPILE_CACHE: join(house.dir, 'compiled') };
  const file = join(import.meta.dirname, 'stress', name);
  return spawn(process.execPath, [file, ...args], { env, stdio: ['pipe', 'pipe', 'inherit'] });
}

/** Resolves when it reads, or ended before it did. */
async function isReady(receiver: ChildProcess): Promise<void> {
  await Promise.race([once(receiver, 'exit'), receiver.stdout && once(receiver.stdout, 'data')]);
}

const batchRow = z.object({ body: z.instanceof(Buffer), body_bytes: z.int() });

/** The numbers of the lines that were accepted. */
async function numbers(sourceId: string): Promise<number[]> {
  const batches = await house.db.read.many(
    batchRow,
    sql`select body, body_bytes from event_batches where source_id = ${sourceId}`,
  );
  return batches
    .flatMap((batch) => unpackBody(batch.body, batch.body_bytes))
    .filter(({ raw_data: line }) => !line.startsWith('#'))
    .map(({ raw_data: line }) => Number(line.split(' ')[0]));
}

interface Told {
  written: number;
  inWindow: number[];
  rotations: number;
}

/** A receiver lives a while and is stopped or killed, sometimes before it reads. */
async function live(receiver: ChildProcess, random: ReturnType<typeof seededRandom>): Promise<void> {
  const ended = once(receiver, 'exit');
  receiver.stdin?.write('go');
  if (random.chance(0.8)) await isReady(receiver);
  await pause(random.chance(0.7) ? random.whole(0, 400) : random.whole(100, 3_000));
  receiver.kill(random.chance(0.7) ? 'SIGKILL' : 'SIGTERM');
  await ended;
}

async function stress(mode: string, seed: number): Promise<void> {
  const random = seededRandom(seed);
  const dir = join(house.dir, `${mode}-${seed}`);
  mkdirSync(dir);
  const path = join(dir, 'app.log');
  writeFileSync(path, '');
  const pattern = random.chance(0.3) ? join(dir, 'app*') : path;
  const settings = { path: pattern, start_at: 'beginning', poll_ms: 200, rotate_wait_ms: 1_000 } as const;
  const { id } = await house.ingest.sources.add({ kind: 'file', name: `${mode} ${seed}`, ...settings });
  // They load ahead, so that one starts right when another ended.
  const loaded = Array.from({ length: 3 }, () => program('receiver-main.ts', [house.db.url, id]));
  const next = (): ChildProcess => {
    loaded.push(program('receiver-main.ts', [house.db.url, id]));
    return loaded.shift() ?? next();
  };
  const first = next();
  first.stdin?.write('go');
  await isReady(first);
  const writer = program('writer-main.ts', [path, mode, String(seed)]);
  const told = writer.stdout ? text(writer.stdout) : Promise.resolve('');
  first.kill('SIGKILL');
  for (let lives = 0; lives < livesPerRound; lives += 1) {
    await live(next(), random);
    if (random.chance(0.6)) await pause(random.whole(0, 1_500));
  }
  writer.kill('SIGTERM');
  const { written, inWindow, rotations, ...kind }: Told = JSON.parse(await told);

  const last = next();
  last.stdin?.write('go');
  for (const spare of loaded) spare.kill('SIGKILL');
  await isReady(last);
  const window = new Set(inWindow);
  const sure = Array.from({ length: written }, (_, index) => index + 1).filter((one) => !window.has(one));
  for (let looks = 0; looks < 60 && new Set(await numbers(id)).size < sure.length; looks += 1) await pause(500);
  // What would be doubled is read after what was missing.
  await pause(1_500);
  last.kill('SIGTERM');
  await once(last, 'exit');

  const kept = await numbers(id);
  const all = new Set(kept);
  const lost = sure.filter((one) => !all.has(one));
  const seen = new Set<number>();
  const doubled = kept.filter((one) => seen.size === seen.add(one).size);
  const windowLost = inWindow.filter((one) => !all.has(one)).length;
  const setup = {
    mode,
    seed,
    lines: written,
    lives: livesPerRound,
    pattern: pattern === path ? 'path' : 'wildcard',
    ...kind,
  };
  const figures = { rotations, lost: lost.length, doubled: doubled.length, window: inWindow.length, windowLost };
  if (rounds > 1) process.stdout.write(`${JSON.stringify({ ...setup, ...figures })}\n`);
  const [firstLost, firstDoubled] = [lost.slice(0, 5), doubled.slice(0, 5)];
  expect({ ...setup, ...figures, firstLost, firstDoubled }).toMatchObject({ lost: 0, doubled: 0 });
}

describe.concurrent('a file under rotation, its receiver killed and started again and again', () => {
  for (const mode of ['create', 'nocreate', 'copytruncate']) {
    it(`loses and doubles nothing: ${mode}`, { timeout: 60_000 * rounds + 60_000 }, async () => {
      for (let round = 0; round < rounds; round += 1) {
        await stress(mode, givenSeed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(givenSeed));
      }
    });
  }
});

describe('restarts', () => {
  it('leave no descriptors behind', async () => {
    const dir = join(house.dir, 'descriptors');
    mkdirSync(dir);
    const path = join(dir, 'app.log');
    for (const name of ['', '.1', '.2', '-20261121']) writeFileSync(`${path}${name}`, `file ${name}\n`);
    const settings = { path: join(dir, 'app*'), start_at: 'beginning', poll_ms: 50, rotate_wait_ms: 0 } as const;
    const { id } = await house.ingest.sources.add({ kind: 'file', name: 'descriptors', ...settings });
    const open = () => readdirSync('/proc/self/fd').length;
    const restart = async (round: number) => {
      writeFileSync(`${path}.${round + 3}`, `rotated unseen ${round}\n`);
      await house.ingest.startSource(id);
      await house.ingest.stopSource(id);
    };
    for (let round = 0; round < 5; round += 1) await restart(round);
    const before = open();
    for (let round = 5; round < 105; round += 1) await restart(round);
    await until(() => open() <= before + 2, { what: `${before} descriptors` });
    // What was there before the first start is not read, app.log excepted.
    expect((await house.lines(id)).length).toBe(105);
  });
});
