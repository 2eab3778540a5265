/**
 * What Firebreak costs while nothing happens: memory of each of its processes with the starter rules and no demonstration, and
 * the time from start to ready with a state folder that is there already.
 * Options: --idle 30 (seconds of quiet before memory is read) --starts 5 --check (exit 1 when a figure is over its limit).
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { membersOf, startProduct } from '../lab/product.ts';
import { until } from '../test/until.ts';
import { machineLine } from './contain/machine.ts';
import { quantile } from './contain/measure.ts';

const limits = { rssMb: 250, startMs: 5_000 };

const { values } = parseArgs({
  options: {
    idle: { type: 'string', default: '30' },
    starts: { type: 'string', default: '5' },
    check: { type: 'boolean', default: false },
  },
});

interface Footprint {
  pid: number;
  name: string;
  isPostgres: boolean;
  rssMb: number;
  /** Resident memory, what is shared with others counted by its share. */
  pssMb: number;
  cpuTicks: number;
}

/** A process that ended meanwhile gives nothing. */
function read(pid: number): Footprint[] {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const mb = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(rollup)?.[1] ?? 0) / 1_024;
    // Fields 14 and 15 of proc(5), counted after the name in brackets.
    const [utime = 0, stime = 0] = (readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1] ?? '')
      .split(' ')
      .slice(11, 13)
      .map(Number);
    const isPostgres = /(^|\/)postgres(:|$)/.test(words[0] ?? '');
    const name = isPostgres
      ? `postgres ${(words[0] ?? '').replace(/^postgres:?/, '').replace(/^.*\/postgres$/, 'postmaster')}`.trim()
      : (words.find((word) => word.endsWith('-main.ts') || word.endsWith('/main.ts'))?.replace(/^.*\/src\//, '') ??
        words.join(' '));
    return [{ pid, name, isPostgres, rssMb: mb('Rss'), pssMb: mb('Pss'), cpuTicks: utime + stime }];
  } catch {
    return [];
  }
}

const folder = mkdtempSync(join(tmpdir(), 'firebreak-footprint-'));
console.log(machineLine(folder));
const product = await startProduct({ folder, config: { http: { port: 17_373 } } });
const footprints = () => membersOf(product.state, product.process.pid).flatMap(read);
let ours: Footprint[] = [];
const starts: number[] = [];
try {
  // The first start makes the database and compiles the program: what stays in memory of that is not what a running one costs.
  await until(engineRuns, { timeoutMs: 60_000, what: 'the engine to make its tables' });
  const engine = footprints().find(({ name }) => name.endsWith('engine-main.ts'));
  await restart();
  const readAt = performance.now() + Number(values.idle) * 1_000;
  await until(() => performance.now() > readAt, { timeoutMs: Number(values.idle) * 1_000 + 5_000 });
  const idle = footprints();
  ours = idle.filter(({ isPostgres }) => !isPostgres);
  const postgres = idle.filter(({ isPostgres }) => isPostgres);
  const row = (name: string, rss: number, pss: number) =>
    console.log(`${name.slice(0, 48).padEnd(50)}${rss.toFixed(1).padStart(9)}${pss.toFixed(1).padStart(9)}`);
  const sum = (list: readonly Footprint[], key: 'rssMb' | 'pssMb') => list.reduce((total, one) => total + one[key], 0);
  console.log(`${'idle, MB'.padEnd(50)}${'RSS'.padStart(9)}${'PSS'.padStart(9)}`);
  for (const one of ours) row(one.name, one.rssMb, one.pssMb);
  row('all of ours', sum(ours, 'rssMb'), sum(ours, 'pssMb'));
  if (engine) row('besides, while a playbook is under way: engine', engine.rssMb, engine.pssMb);
  row(`PostgreSQL (${postgres.length} processes)`, sum(postgres, 'rssMb'), sum(postgres, 'pssMb'));

  for (let count = 0; count < Number(values.starts); count++) {
    starts.push(await restart());
  }
} finally {
  await product.stop();
  await product.killAll();
  rmSync(folder, { recursive: true, force: true });
}
/** A fresh installation starts the engine once, for its tables; later it is there only while there is work for it. */
async function engineRuns(): Promise<boolean> {
  const { url, token } = JSON.parse(readFileSync(join(product.state, 'cli-token'), 'utf8')) as Record<string, string>;
  const answer = await fetch(`${url}/v1/system`, { headers: { authorization: `Bearer ${token}` } });
  const { processes } = (await answer.json()) as { processes: { name: string; state: string }[] };
  return processes.some(({ name, state }) => name === 'engine' && state === 'running');
}

/** Milliseconds from the start of the process to ready. */
async function restart(): Promise<number> {
  await product.stop();
  await until(() => footprints().length === 0, { timeoutMs: 20_000, what: 'every process to end' });
  const startedAt = performance.now();
  await product.start();
  return performance.now() - startedAt;
}

const median = quantile(starts, 0.5);
console.log(
  `cold start to ready: median ${median.toFixed(0)} ms of ${starts.map((ms) => ms.toFixed(0)).join(', ')}; ${machineLine(tmpdir())}`,
);
const rssMb = ours.reduce((total, one) => total + one.rssMb, 0);
const over = [
  ...(rssMb > limits.rssMb ? [`${rssMb.toFixed(0)} MB are over ${limits.rssMb} MB`] : []),
  ...(median > limits.startMs ? [`${median.toFixed(0)} ms are over ${limits.startMs} ms`] : []),
];
if (values.check && over.length > 0) {
  console.log(over.join('; '));
  process.exitCode = 1;
}
