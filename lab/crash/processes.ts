import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { membersOf } from '../product.ts';

export type Kind = 'server' | 'engine' | 'enforcer' | 'postmaster';

const marks: Record<Kind, RegExp> = {
  server: /src\/server\/main\.ts\0/,
  engine: /engine-main\.ts(\0|$)/,
  enforcer: /enforcer-main\.ts\0/,
  postmaster: /bin\/postgres\0-D\0/,
};

/** The processes of a product by kind, as the kernel knows them; zombies left out. */
export function processesOf(state: string, leader: number | undefined): Record<Kind, number[]> {
  const found: Record<Kind, number[]> = { server: [], engine: [], enforcer: [], postmaster: [] };
  const parents = parentsOf();
  for (const pid of membersOf(state, leader)) {
    let words = '';
    try {
      words = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
      continue;
    }
    for (const kind of Object.keys(marks) as Kind[]) if (marks[kind].test(words)) found[kind].push(pid);
  }
  // A server process of PostgreSQL that has just forked still has its parent's words.
  found.postmaster = found.postmaster.filter((pid) => !found.postmaster.includes(parents.get(pid) ?? 0));
  return found;
}

function parentsOf(): Map<number, number> {
  const listing = spawnSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).stdout;
  return new Map(
    listing.split('\n').flatMap((line) => {
      const [pid = 0, parent = 0] = line.trim().split(/\s+/).map(Number);
      return pid ? [[pid, parent] as const] : [];
    }),
  );
}

/** One of each is there, and no second one; the engine need not be there, since it leaves when its runs have ended. */
export function isComplete(processes: Record<Kind, number[]>): boolean {
  return Object.entries(processes).every(([kind, { length }]) => length === 1 || (length === 0 && kind === 'engine'));
}

export function describeProcesses(processes: Record<Kind, number[]>): string {
  return Object.entries(processes)
    .map(([kind, pids]) => `${pids.length} ${kind}`)
    .join(', ');
}
