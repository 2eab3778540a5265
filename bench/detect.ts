/**
 * `npm run bench:detect`: all SigmaHQ rules on the lanes of the data folder, parsing and matching against JSON.parse alone, each
 * engine in a process of its own; brute force beside it, and events that are made to be slow. Options: --events 50000
 * --brute-events 2000 --only LANE --json.
 */
import { execFileSync } from 'node:child_process';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '50000' },
    'brute-events': { type: 'string', default: '2000' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
});

const Figures = z.object({
  rules: z.int(),
  events: z.int(),
  hits: z.int(),
  load_ms: z.number(),
  ratio_all: z.number(),
  ratio_quiet: z.number(),
  parse_us: z.number(),
  match_us: z.number(),
  rss_mb: z.number(),
});

/** Throughput with parsing that must be reached, as a share of JSON.parse alone. */
const lanes = { mix: 0.5, bal: 0.4, pc: 0.3, ps: undefined };

const run = (script: string, ...args: string[]): string =>
  execFileSync(process.execPath, [join(import.meta.dirname, 'detect', script), ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
const engine = (lane: string, events: string, kind: string, times = '1') =>
  Figures.parse(JSON.parse(run('engine.ts', lane, events, kind, times)));

const found: Record<string, unknown> = {};
const say = (name: string, figures: unknown, text: string) => {
  found[name] = figures;
  if (!values.json) console.log(`${name.padEnd(24)} ${text}`);
};

console.error(
  `load ${loadavg()
    .map((value) => value.toFixed(2))
    .join(' ')}`,
);
for (const [lane, must] of Object.entries(lanes).filter(([lane]) => lane.includes(values.only))) {
  const figures = engine(lane, values.events, 'index');
  const { ratio_all: all, ratio_quiet: quiet, parse_us: parse, match_us: match, rss_mb: rss } = figures;
  say(
    lane,
    figures,
    `${all} of JSON.parse alone (quiet blocks ${quiet}${must === undefined ? '' : `, must ${must}`}); parse ${parse} µs, match ${match} µs, ${figures.hits} hits on ${figures.events} events, ${rss} MB, rules read in ${figures.load_ms} ms`,
  );
}
if ('bal'.includes(values.only)) {
  const [brute, index] = ['brute', 'index'].map((kind) => engine('bal', values['brute-events'], kind));
  if (brute && index)
    say(
      'brute ÷ index, bal',
      { brute, index },
      `${(brute.match_us / index.match_us).toFixed(0)} (must 30): ${brute.match_us} µs and ${index.match_us} µs an event`,
    );
  const tenfold = engine('bal', values.events, 'index', '10');
  const once = engine('bal', values.events, 'index');
  say(
    '3.7k → 37k rules, bal',
    { once, tenfold },
    `match time × ${(tenfold.match_us / once.match_us).toFixed(1)} (must 3.2)`,
  );
  const slowest = Object.entries(z.record(z.string(), z.number()).parse(JSON.parse(run('hostile.ts')))).toSorted(
    ([, a], [, b]) => b - a,
  );
  say(
    '32 kB, hostile',
    slowest,
    `at most ${slowest[0]?.[1]} ms (must 5): ${slowest
      .slice(0, 3)
      .map(([name, ms]) => `${name} ${ms}`)
      .join(', ')}`,
  );
}
if (values.json) console.log(JSON.stringify(found));
