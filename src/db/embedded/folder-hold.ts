import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { z } from 'zod';
import { hasCode } from '../../base/has-code.ts';
import { errors } from '../errors.ts';

export interface FolderHold {
  /** Gives the folder free for others. */
  release(this: void): Promise<void>;
}

const holderRow = z.object({ host: z.string(), pid: z.int(), started: z.string(), token: z.string() });
type Holder = z.infer<typeof holderRow>;

const heartbeatMs = 5_000;
const settleMs = 30;

/**
 * Takes the data folder for this process alone, by a file that names the holder. A holder of this host counts as gone
 * when no process has its id and start time; one of another host (a container on the same volume) when its heartbeat
 * stands still for 30 s. Throws DB.FOLDER_IN_USE with who holds it.
 */
export async function holdFolder(folder: string, deadAfterMs = 30_000): Promise<FolderHold> {
  const file = join(folder, 'holder.json');
  const self: Holder = {
    host: hostname(),
    pid: process.pid,
    started: (await startOf(process.pid)) ?? 'unknown',
    token: randomUUID(),
  };
  const own = `${file}.${self.token}`;
  await writeFile(own, `${JSON.stringify(self)}\n`, { mode: 0o600 });
  try {
    const isOurs = async () => (await readHolder(file))?.token === self.token;
    do {
      // A link is made or refused whole: of two starters one wins.
      while (!(await tryLink(own, file))) await clearStale(file, folder, deadAfterMs);
      // A third that still judges the holder before us may take our file away for a moment, see clearStale.
      await pause(settleMs);
    } while (!(await isOurs()));
  } finally {
    await rm(own, { force: true });
  }
  const heartbeat = setInterval(() => {
    const now = performance.timeOrigin / 1_000 + performance.now() / 1_000;
    utimes(file, now, now).catch(() => {});
  }, heartbeatMs);
  heartbeat.unref();
  return {
    async release() {
      clearInterval(heartbeat);
      if ((await readHolder(file))?.token === self.token) await rm(file, { force: true });
    },
  };
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return holderRow.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Removes the file of a holder that is gone; throws when the holder lives. */
async function clearStale(file: string, folder: string, deadAfterMs: number): Promise<void> {
  const holder = await readHolder(file);
  if (holder && (await lives(file, holder, deadAfterMs)))
    throw errors.FOLDER_IN_USE([folder, `process ${holder.pid} on ${holder.host}`]);
  // Moving it away is atomic. What was moved may be a fresh holder's by now: then it is put back.
  const aside = `${file}.${randomUUID()}`;
  await rename(file, aside).catch(() => {});
  const moved = await readHolder(aside);
  if (moved && moved.token !== holder?.token) await tryLink(aside, file);
  await rm(aside, { force: true });
}

async function lives(file: string, holder: Holder, deadAfterMs: number): Promise<boolean> {
  if (holder.host === hostname()) {
    const started = await startOf(holder.pid);
    return started !== undefined && started === holder.started;
  }
  const beat = async () => (await stat(file).catch(() => undefined))?.mtimeMs;
  const first = await beat();
  for (let waitedMs = 0; waitedMs < deadAfterMs; waitedMs += Math.min(500, deadAfterMs)) {
    if ((await beat()) !== first) return true;
    await pause(Math.min(500, deadAfterMs));
  }
  return false;
}

/** What tells a process from a later one with the same id; undefined when there is none. */
async function startOf(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text !== undefined) {
    // Behind the name in brackets come field 3 (state) and on; field 22 is the start in ticks since boot (proc(5)).
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return undefined;
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
    return `${boot.trim()} ${fields[19]}`;
  }
  if (process.platform === 'linux') return undefined;
  const { stdout } = await promisify(execFile)('/bin/ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  return stdout.trim() || undefined;
}
