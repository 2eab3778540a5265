/**
 * Worker threads, each with an engine of its own, over the chunks of one lane in shared memory, handed out by a counter: one of
 * them against both, the same again for JSON.parse alone (what the machine itself allows). Prints one line of JSON, the ratios
 * medians of three. Arguments: lane, events at most.
 */
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { readLane } from './lane.ts';

const [lane = 'bal', most = '50000'] = process.argv.slice(2);
const chunkBytes = 1_000_000;
const rounds = 3;

const lines = readLane(lane, Number(most)).map(({ line }) => line);
const bytes = lines.reduce((sum, line) => sum + line.length + 1, 0);
const memory = new SharedArrayBuffer(bytes);
const all = Buffer.from(memory);
/** Where chunks begin, and where the last one ends; each is whole lines. */
const starts = [0];
let end = 0;
for (const line of lines) {
  end += line.copy(all, end);
  all[end] = 10;
  end += 1;
  if (end - (starts.at(-1) ?? 0) >= chunkBytes) starts.push(end);
}
if (starts.at(-1) !== end) starts.push(end);
lines.length = 0;

const counter = new Int32Array(new SharedArrayBuffer(4));
const workers = [0, 1].map(
  () =>
    new Worker(join(import.meta.dirname, 'chunk-worker.ts'), {
      workerData: { memory, starts, counter },
      // As the product starts its own (supervise-thread.ts).
      resourceLimits: { maxYoungGenerationSizeMb: 6 },
    }),
);
await Promise.all(workers.map((worker) => once(worker, 'message')));

/** Milliseconds for all chunks, by so many workers. */
async function passed(by: number, matches: boolean): Promise<number> {
  counter[0] = 0;
  const from = performance.now();
  await Promise.all(
    workers.slice(0, by).map((worker) => {
      worker.postMessage({ matches });
      return once(worker, 'message');
    }),
  );
  return performance.now() - from;
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const ratios: Record<'parse' | 'both', number[]> = { parse: [], both: [] };
for (let round = 0; round < rounds; round += 1)
  for (const [name, matches] of [
    ['parse', false],
    ['both', true],
  ] as const) {
    const one = await passed(1, matches);
    ratios[name].push(one / (await passed(2, matches)));
  }
for (const worker of workers) worker.postMessage('end');
const told = (values: number[]) => Number(median(values).toFixed(2));
console.log(JSON.stringify({ chunks: starts.length - 1, parse_alone: told(ratios.parse), both: told(ratios.both) }));
