/** A thread of two-workers.ts: takes the next chunk until there is none, and parses its lines, or parses and matches them. */
import { parentPort, workerData } from 'node:worker_threads';
import { createIndex } from '../../src/standards/sigma/index.ts';
import { readRules, sigmaHqTexts } from './rules.ts';
import { windowsLogsources } from './windows-logsources.ts';

const { memory, starts, counter } = workerData as {
  memory: SharedArrayBuffer;
  starts: readonly number[];
  counter: Int32Array<SharedArrayBuffer>;
};
const bytes = Buffer.from(memory);
const { rules, filters } = readRules(sigmaHqTexts());
const index = createIndex(rules, filters);

function take(chunk: number, matches: boolean): void {
  const end = starts[chunk + 1] ?? 0;
  for (let from = starts[chunk] ?? 0; from < end;) {
    const until = bytes.indexOf(10, from);
    const text = bytes.toString('utf8', from, until);
    const event: Record<string, unknown> = JSON.parse(text);
    if (matches) index.evaluate(event, windowsLogsources(event), text);
    from = until + 1;
  }
}

// Trained and warmed by every third chunk.
for (const matches of [true, true])
  for (let chunk = 0; chunk < starts.length - 1; chunk += 3) {
    take(chunk, matches);
    index.improve?.();
  }
while (index.improve?.() === true);

parentPort?.on('message', (message: 'end' | { matches: boolean }) => {
  if (message === 'end') {
    parentPort?.close();
    return;
  }
  for (;;) {
    const chunk = Atomics.add(counter, 0, 1);
    if (chunk >= starts.length - 1) break;
    take(chunk, message.matches);
  }
  parentPort?.postMessage('done');
});
parentPort?.postMessage('ready');
