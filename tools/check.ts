/** `npm run check`: format, lint, types, walls and dead code, told in one screen. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const bin = (name: string) => join(root, 'node_modules', '.bin', name);

const gates: readonly (readonly [name: string, command: string, args: readonly string[]])[] = [
  ['format', bin('oxfmt'), ['--check', '.']],
  ['lint', bin('oxlint'), ['--type-aware', '--deny-warnings']],
  ['types', bin('tsc'), ['--noEmit']],
  ['console types', bin('tsc'), ['--noEmit', '-p', 'console/tsconfig.json']],
  ['dead code', bin('knip'), []],
  ['architecture', bin('vitest'), ['run', 'tools/architecture.test.ts', '--reporter=dot']],
];

async function run(command: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  const child = spawn(command, args, { cwd: root, env: { ...process.env, NO_COLOR: '1' } });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? 1)));
  return { code, output };
}

const started = performance.now();
const failed: string[] = [];
// Two at a time: the product's floor is a machine with two cores.
const queue = [...gates];
await Promise.all(
  [0, 1].map(async () => {
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
