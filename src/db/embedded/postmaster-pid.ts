import { readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from '../../base/is-alive.ts';

/** What PostgreSQL writes into postmaster.pid while it runs. */
export interface Postmaster {
  pid: number;
  socketFolder: string;
}

/** The postmaster.pid of a cluster as it stands, alive or not; undefined when there is none. */
export async function readPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  return { pid, socketFolder: lines[4]?.trim() ?? '' };
}

/** Whether the process really is a server of this cluster: its working directory is the cluster. A recycled pid is not; where that cannot be seen, the answer is undefined. */
export async function isServerOf(pid: number, cluster: string): Promise<boolean | undefined> {
  if (!isAlive(pid)) return false;
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // Field 3, behind the name in brackets: Z is a process that is dead and not reaped.
  if (state !== undefined && state.slice(state.lastIndexOf(')') + 2).startsWith('Z')) return false;
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  if (folder === undefined) return undefined;
  return folder === cluster;
}
