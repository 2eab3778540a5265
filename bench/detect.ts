/**
 * `npm run bench:detect`: all SigmaHQ rules on the lanes of the data folder and on two that are built from it: parsing and
 * matching against JSON.parse alone, each engine in a process of its own; rsigma and brute force beside it, ten times the rules,
 * two workers, events that are made to be slow, loading, memory. Options: --events 50000 --brute-events 2000 --memory-events
 * 200000 --only PART (mix, bal, pc, ps, linux, cloud, brute, growth, workers, hostile, load, memory) --check (fails when a
 * figure is not what it must be) --json.
 */
import { existsSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { unpackSigmaHq } from './detect/rules.ts';
import { EngineFigures, LoadFigures, MemoryFigures, PeerFigures, runPart, WorkersFigures } from './detect/run-part.ts';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '50000' },
    'brute-events': { type: 'string', default: '2000' },
    'memory-events': { type: 'string', default: '200000' },
    only: { type: 'string', default: '' },
    check: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

/** Throughput with parsing that must be reached, as a share of JSON.parse alone. */
const lanes = { mix: 0.5, bal: 0.4, pc: 0.3, ps: 0, linux: 0, cloud: 0 };
/** Where peers.md has it built. */
const rsigma =
  process.env['FIREBREAK_RSIGMA'] ?? join(import.meta.dirname, '../node_modules/.cache/rsigma/release/rsigma-bench');

const found: Record<string, unknown> = {};
const missed: string[] = [];
function say(name: string, figures: unknown, isMet: boolean, text: string): void {
  found[name] = figures;
  if (!isMet) missed.push(name);
  if (!values.json) console.log(`${name.padEnd(24)} ${isMet ? ' ' : '✗'} ${text}`);
}
const isAsked = (part: string) => part.includes(values.only);
const engine = (lane: string, events: string, kind: string, times = '1') =>
  runPart(EngineFigures, 'engine.ts', lane, events, kind, times);
const median = <T>(measured: readonly T[], by: (one: T) => number) =>
  measured.toSorted((a, b) => by(a) - by(b))[Math.floor(measured.length / 2)];

console.error(
  `load ${loadavg()
    .map((value) => value.toFixed(2))
    .join(' ')}`,
);
using unpacked = unpackSigmaHq();

for (const [lane, must] of Object.entries(lanes).filter(([lane]) => isAsked(lane))) {
  const figures = engine(lane, values.events, 'index');
  const { ratio_all: all, ratio_quiet: quiet, parse_us: parse, match_us: match, rss_mb: rss } = figures;
  say(
    lane,
    figures,
    quiet >= must,
    `${all} of JSON.parse alone (quiet blocks ${quiet}${must === 0 ? '' : `, must ${must}`}); parse ${parse} µs, match ${match} µs, ${figures.hits} hits on ${figures.events} events, ${rss} MB`,
  );
  if (!existsSync(rsigma)) continue;
  const peer = runPart(PeerFigures, 'peer.ts', rsigma, unpacked.folder, lane, values.events);
  say(
    `  ÷ rsigma, ${lane}`,
    peer,
    true,
    `${(peer.both_us / (parse + match)).toFixed(1)} × as many events a second: rsigma ${peer.both_us} µs an event (parse ${peer.parse_us}), ${peer.hits} hits`,
  );
}
if (!existsSync(rsigma)) say('rsigma', null, true, 'not here: see bench/peers.md');

if (isAsked('brute')) {
  const [brute, index] = ['brute', 'index'].map((kind) => engine('bal', values['brute-events'], kind));
  const ratio = (brute?.match_us ?? 0) / (index?.match_us ?? 1);
  say(
    'brute ÷ index, bal',
    { brute, index },
    ratio >= 30,
    `${ratio.toFixed(0)} (must 30): ${brute?.match_us} µs and ${index?.match_us} µs an event`,
  );
}
if (isAsked('growth')) {
  const [tenfold, once] = ['10', '1'].map((times) => engine('bal', values.events, 'index', times));
  const growth = (tenfold?.match_us ?? 0) / (once?.match_us ?? 1);
  say('3.7k → 37k rules, bal', { once, tenfold }, growth <= 3.2, `match time × ${growth.toFixed(1)} (must 3.2)`);
}
if (isAsked('workers')) {
  const figures = runPart(WorkersFigures, 'two-workers.ts', 'bal', values.events);
  say(
    'two workers ÷ one, bal',
    figures,
    figures.both >= 1.7,
    `${figures.both} (must 1.7; JSON.parse alone ${figures.parse_alone}: what the machine allows)`,
  );
}
if (isAsked('hostile')) {
  const measured = runPart(z.record(z.string(), z.number()), 'hostile.ts');
  const slowest = Object.entries(measured).toSorted(([, a], [, b]) => b - a);
  const most = slowest[0]?.[1] ?? 0;
  const named = slowest.slice(0, 3).map(([name, ms]) => `${name} ${ms}`);
  say('32 kB, hostile', slowest, most <= 5, `at most ${most} ms (must 5): ${named.join(', ')}`);
}
if (isAsked('load')) {
  const cacheFile = join(unpacked.folder, 'rules.cache');
  runPart(LoadFigures, 'load.ts', unpacked.folder, cacheFile);
  for (const [name, must, args] of [
    ['load, cold', 3, []],
    ['load, cached', 1.5, [cacheFile]],
  ] as const) {
    const runs = [1, 2, 3].map(() => runPart(LoadFigures, 'load.ts', unpacked.folder, ...args));
    const run = median(runs, ({ load_ms: ms }) => ms);
    const seconds = (run?.load_ms ?? 0) / 1_000;
    say(
      name,
      runs,
      seconds <= must,
      `${seconds.toFixed(1)} s (must ${must}; CPU ${((run?.cpu_ms ?? 0) / 1_000).toFixed(1)} s): rules ${run?.rules_ms} ms, first event ${run?.first_ms} ms`,
    );
  }
}
if (isAsked('memory')) {
  const figures = runPart(MemoryFigures, 'memory.ts', 'bal', values['memory-events']);
  say(
    'resident memory, bal',
    figures,
    figures.rss_mb <= 350,
    `${figures.rss_mb} MB after ${figures.events} events (must 350), at most ${figures.most_mb}; ${figures.loaded_mb} with the rules only`,
  );
}
if (values.json) console.log(JSON.stringify(found));
if (missed.length > 0) console.error(`Missed: ${missed.join('; ')}.`);
if (values.check && missed.length > 0) process.exitCode = 1;
