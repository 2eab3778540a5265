import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** The processes below `pid`, children before grandchildren. Empty where nothing tells. */
export function descendantsOf(pid: number): number[] {
  const children = Map.groupBy(parents(), ([, parent]) => parent);
  const found = [pid];
  for (const one of found) for (const [child] of children.get(one) ?? []) if (!found.includes(child)) found.push(child);
  return found.slice(1);
}

/** Ends at once what a stop left behind. `more`: processes of ours that are not our children, such as an adopted database. */
export function killRemaining(pid: number, more: readonly number[] = []): void {
  for (const one of [...descendantsOf(pid), ...more])
    try {
      process.kill(one, 'SIGKILL');
    } catch {
      // It ended by itself.
    }
}

/** Every process with its parent. */
function parents(): [pid: number, parent: number][] {
  try {
    if (process.platform === 'linux') return readdirSync('/proc').flatMap(readStat);
    const list = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8', timeout: 1_000 });
    return [...list.matchAll(/^\s*(\d+)\s+(\d+)/gm)].map(([, pid, parent]) => [Number(pid), Number(parent)]);
  } catch {
    return [];
  }
}

/** proc_pid_stat(5): the name in brackets may hold anything, so what counts stands after the last bracket. */
function readStat(name: string): [number, number][] {
  if (!/^\d+$/.test(name)) return [];
  try {
    const text = readFileSync(`/proc/${name}/stat`, 'utf8');
    const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? [] : [[Number(name), Number(parent)]];
  } catch {
    return [];
  }
}
