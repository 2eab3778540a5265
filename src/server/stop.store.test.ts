import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { until } from '../../test/until.ts';
import { descendantsOf } from './start/cut-off.ts';

const started: { child: ChildProcess; dir: string }[] = [];
/** 5 s, half a second for the watch, and some for a busy machine. */
const cutOffMs = 8_000;

afterEach(() => {
  for (const { child, dir } of started.splice(0)) {
    for (const pid of [...descendantsOf(child.pid ?? 0), child.pid ?? 0])
      if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  }
});

function start() {
  const dir = mkdtempSync(join(tmpdir(), 'firebreak-stop-'));
  chmodSync(dir, 0o755);
  const words = ['serve', '--state-dir', join(dir, 'state'), '--http.port', '0', '--demonstration', 'off'];
  const child = spawn(
    process.execPath,
    [resolve(import.meta.dirname, 'main.ts'), ...words, '--respond.enforcer', 'recorder'],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  started.push({ child, dir });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return { child, pid: child.pid ?? 0, said: () => said };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return pid > 0 && !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

function isProgram(pid: number, name: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(name);
  } catch {
    return false;
  }
}

async function stopped(child: ChildProcess): Promise<number> {
  const began = performance.now();
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
  return performance.now() - began;
}

test.skipIf(process.platform !== 'linux')(
  'children that hang neither hold up a stop nor outlive it, and the database ends by itself',
  { timeout: 120_000 },
  async () => {
    const { child, pid, said } = start();
    await until(() => said().includes('is ready in'), { timeoutMs: 60_000, what: said() });
    const all = descendantsOf(pid);
    const stuck = all.filter((one) => isProgram(one, 'engine-main.ts') || isProgram(one, 'enforcer-main.ts'));
    expect(stuck).toHaveLength(2);
    for (const one of stuck) process.kill(one, 'SIGSTOP');
    expect(await stopped(child)).toBeLessThan(cutOffMs);
    await until(() => !all.some(isAlive), { timeoutMs: 2_000, what: 'the end of all children' });
    expect(child.exitCode).toBe(0);
  },
);

test.skipIf(process.platform !== 'linux')(
  'a stop while it starts leaves nothing behind',
  { timeout: 120_000 },
  async () => {
    const { child, pid } = start();
    await until(() => descendantsOf(pid).some((one) => isProgram(one, 'postgres')), {
      timeoutMs: 30_000,
      what: 'a database that starts',
    });
    const before = descendantsOf(pid);
    expect(await stopped(child)).toBeLessThan(cutOffMs);
    await until(() => ![...before, ...descendantsOf(pid)].some(isAlive), { timeoutMs: 2_000, what: 'the end of all' });
  },
);

test.skipIf(process.platform !== 'linux')(
  'a main thread that hangs is ended with its children by the watch',
  { timeout: 60_000 },
  async () => {
    const watch = resolve(import.meta.dirname, 'cut-off-main.ts');
    const script = `
      const { spawn } = require('node:child_process');
      const { Worker } = require('node:worker_threads');
      const child = spawn('sh', ['-c', 'trap "" TERM; sleep 300 & wait'], { stdio: 'ignore' });
      new Worker(${JSON.stringify(watch)}, { workerData: { withinMs: 1000, more: [] } });
      console.log('started');
      setTimeout(() => { for (;;); }, 300);`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    started.push({ child, dir: mkdtempSync(join(tmpdir(), 'firebreak-stop-')) });
    const ended = once(child, 'exit');
    await once(child.stdout, 'data');
    await until(() => descendantsOf(child.pid ?? 0).length >= 2, { what: 'its children' });
    const below = descendantsOf(child.pid ?? 0);
    await ended;
    expect(child.signalCode).toBe('SIGKILL');
    await until(() => !below.some(isAlive), { timeoutMs: 2_000, what: 'the end of its children' });
  },
);
