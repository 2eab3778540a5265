/** `npm run check`: format, lint, types, walls and dead code, told in one screen. */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const bin = (name: string) => join(root, 'node_modules', '.bin', name);

/** Two gates at a time, each on its half of the cores: the product's floor is a machine with two. */
const lanes = 2;
const cores = String(Math.max(1, Math.floor(availableParallelism() / lanes)));
/**
 * The compilers load every type either way. A second checker or thread of theirs checks the shared types again and
 * collects garbage against the other lane: nearly twice the processor time for the same answer.
 */
const share = { GOMAXPROCS: cores, GOGC: '400' };
const types = ['--noEmit', '--checkers', cores];

// The longest first, so that neither lane waits at the end.
const gates: readonly (readonly [name: string, command: string, args: readonly string[]])[] = [
  ['lint', bin('oxlint'), ['--type-aware', '--deny-warnings']],
  ['types', bin('tsc'), types],
  ['dead code', bin('knip'), []],
  ['console types', bin('tsc'), [...types, '-p', 'console/tsconfig.json']],
  ['architecture', bin('vitest'), ['run', 'tools/architecture.test.ts', '--reporter=dot']],
  ['format', bin('oxfmt'), ['--check', '.']],
];

async function run(command: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  const child = spawn(command, args, { cwd: root, env: { ...process.env, ...share, NO_COLOR: '1' } });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? 1)));
  return { code, output };
}

const started = performance.now();
const failed: string[] = [];
const queue = [...gates];
await Promise.all(
  Array.from({ length: lanes }, async () => {
    for (let gate = queue.shift(); gate; gate = queue.shift()) {
      const [name, command, args] = gate;
      const { code, output } = await run(command, args);
      console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name}`);
      if (code !== 0) {
        failed.push(name);
        console.log(output.slice(0, 8_000));
      }
    }
  }),
);
console.log(
  `${gates.length - failed.length} of ${gates.length} gates in ${((performance.now() - started) / 1000).toFixed(1)} s`,
);
process.exitCode = failed.length > 0 ? 1 : 0;
