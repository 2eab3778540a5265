/**
 * rsigma on one lane: the same events, rules and logsources as engine.ts has, one thread. Prints its line of JSON. Arguments:
 * path of the program, folder of SigmaHQ's folders, lane, events at most.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLane } from './lane.ts';

const [program = '', rules = '.', lane = 'bal', most = '50000'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'firebreak-peer-'));
try {
  const events = join(folder, 'events.jsonl');
  const sources = join(folder, 'sources.jsonl');
  const lines = readLane(lane, Number(most));
  writeFileSync(events, lines.map(({ line }) => `${line.toString()}\n`).join(''));
  writeFileSync(
    sources,
    lines.map(({ line, logsources }) => `${sourceOf(logsources(JSON.parse(line.toString())))}\n`).join(''),
  );
  process.stdout.write(execFileSync(program, [rules, events, sources], { encoding: 'utf8' }));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** It takes one product, category and service an event: those that come first. */
function sourceOf(logsources: readonly { product?: string; category?: string; service?: string }[]): string {
  const first = (key: 'product' | 'category' | 'service') =>
    logsources.find((one) => one[key] !== undefined)?.[key] ?? null;
  return JSON.stringify([first('product'), first('category'), first('service')]);
}
