/** Runs the suites one after the other and closes with the one line that counts: `N passed, N failed`. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const nightly = process.argv.includes('--nightly');
const only = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));

interface Suite {
  name: string;
  command: readonly string[];
  env?: Record<string, string>;
  /** The suite closes with `N passed, N failed`; otherwise its exit code counts as one. */
  counts: boolean;
}

const node = process.execPath;
const suites: readonly Suite[] = [
  { name: 'check', command: ['npm', 'run', '--silent', 'check'], counts: false },
  {
    name: 'test',
    command: ['npm', 'test', '--silent'],
    env: nightly ? { FIREBREAK_FUZZ_RUNS: '1000000' } : {},
    counts: true,
  },
  { name: 'vectors', command: ['npm', 'run', '--silent', 'test:vectors'], counts: true },
  {
    name: 'lab',
    command: [node, 'node_modules/vitest/vitest.mjs', 'run', '--config', 'lab/vitest.config.ts'],
    counts: true,
  },
  {
    name: 'browser',
    command: [node, 'node_modules/vitest/vitest.mjs', 'run', '--config', 'e2e/vitest.config.ts'],
    counts: true,
  },
  { name: 'crash', command: [node, 'lab/crash.ts', '--kills', nightly ? '200' : '20'], counts: true },
  { name: 'peers', command: [node, 'tools/system-packages.ts', '--peers'], counts: false },
  {
    name: 'bench',
    command: [node, 'bench/contain.ts', '--check', ...(nightly ? [] : ['--samples', '40', '--peer-samples', '4'])],
    counts: false,
  },
];

async function run(suite: Suite): Promise<{ passed: number; failed: number; skipped: number }> {
  const [command = '', ...args] = suite.command;
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...suite.env },
  });
  let tail = '';
  child.stdout.on('data', (chunk: Buffer) => {
    process.stdout.write(chunk);
    tail = (tail + chunk.toString()).slice(-4_000);
  });
  const code = await new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? 1)));
  if (!suite.counts) return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  const closing = [...tail.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)].at(-1);
  const [passed, failed, skipped] = closing
    ? [Number(closing[1]), Number(closing[2]), Number(closing[3] ?? 0)]
    : [0, 1, 0];
  // A suite that ran nothing, or that broke after its closing line, has failed.
  return { passed, failed: Math.max(failed, code === 0 && passed > 0 ? 0 : 1), skipped };
}

const total = { passed: 0, failed: 0, skipped: 0 };
const lines: string[] = [];
for (const suite of suites.filter(({ name }) => only.length === 0 || only.includes(name))) {
  console.log(`\n== ${suite.name}`);
  const started = performance.now();
  const result = await run(suite);
  for (const key of ['passed', 'failed', 'skipped'] as const) total[key] += result[key];
  lines.push(
    `${suite.name.padEnd(10)} ${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped, ${((performance.now() - started) / 1000).toFixed(0)} s`,
  );
}
console.log(`\n${lines.map((line) => `suite ${line}`).join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
