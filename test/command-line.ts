import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/** Runs the real binary over this state folder, with no other setting of ours, and gives what it said. */
export function runFirebreak(
  stateDir: string,
  args: readonly string[],
  input = '',
): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((done) => {
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], FIREBREAK_STATE_DIR: stateDir };
    const child = spawn(process.execPath, [resolve(root, 'bin/firebreak.mjs'), ...args], { env, cwd: root });
    let out = '';
    let err = '';
    child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => (err += bytes.toString()));
    child.on('close', (code) => done({ code, out, err }));
    child.stdin.end(input);
  });
}
