/**
 * One engine on one lane, in a process of its own: blocks of events are parsed alone and parsed and matched, in turn. Prints
 * one line of JSON. Arguments: lane, events at most, "index" or "brute", how many times the rules.
 */
import { createEvaluator, createIndex, type Evaluator } from '../../src/standards/sigma/index.ts';
import { readLane, type LaneEvent } from './lane.ts';
import { manyRules } from './many-rules.ts';
import { readRules, sigmaHqTexts } from './rules.ts';

const [lane = 'bal', most = '50000', kind = 'index', times = '1'] = process.argv.slice(2);
const blockEvents = 100;

const lines = readLane(lane, Number(most));

const texts = sigmaHqTexts();
const startedAt = performance.now();
const { rules: read, filters } = readRules(texts);
const loadedAt = performance.now();
const rules = manyRules(read, Number(times));
const evaluator: Evaluator = kind === 'brute' ? createEvaluator(rules, filters) : createIndex(rules, filters);
const indexedAt = performance.now();

let hits = 0;
function timed(block: readonly LaneEvent[], matches: boolean): number {
  const from = performance.now();
  for (const { line, logsources, isWhole } of block) {
    const text = line.toString();
    const event: Record<string, unknown> = JSON.parse(text);
    if (matches) hits += evaluator.evaluate(event, logsources(event), isWhole ? text : undefined).length;
  }
  return performance.now() - from;
}

const blocks = Array.from({ length: Math.floor(lines.length / blockEvents) }, (_, at) =>
  lines.slice(at * blockEvents, (at + 1) * blockEvents),
);
// Trained and warmed by other events than those that are measured.
const warming = blocks.filter((_, at) => at % 3 === 0);
const measured = blocks.filter((_, at) => at % 3 !== 0);
for (const block of warming) {
  timed(block, true);
  evaluator.improve?.();
}
while (evaluator.improve?.() === true);
for (const block of warming) timed(block, true);
hits = 0;
const samples = measured.map((block, at) => {
  if (at % 2 === 0) return { parse: timed(block, false), both: timed(block, true) };
  const both = timed(block, true);
  return { parse: timed(block, false), both };
});
const sum = (of: typeof samples) =>
  of.reduce((total, { parse: alone, both }) => ({ parse: total.parse + alone, both: total.both + both }), {
    parse: 0,
    both: 0,
  });
const ratio = ({ parse: alone, both }: { parse: number; both: number }) => Number((alone / both).toFixed(3));
const quiet = samples.toSorted((a, b) => a.parse - b.parse).slice(0, Math.ceil(samples.length * 0.6));
const each = (ms: number, of: number) => Number(((ms * 1000) / of / blockEvents).toFixed(2));
console.log(
  JSON.stringify({
    lane,
    kind,
    rules: rules.length,
    events: measured.length * blockEvents,
    hits,
    load_ms: Math.round(loadedAt - startedAt),
    index_ms: Math.round(indexedAt - loadedAt),
    ratio_all: ratio(sum(samples)),
    ratio_quiet: ratio(sum(quiet)),
    parse_us: each(sum(quiet).parse, quiet.length),
    match_us: each(sum(quiet).both - sum(quiet).parse, quiet.length),
    rss_mb: Math.round(process.memoryUsage.rss() / 1e6),
  }),
);
