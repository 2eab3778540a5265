import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { errors } from '../errors.ts';
import { spawnAs, type Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import type { Home } from './cluster.ts';
import { isServerOf, readPostmaster } from './postmaster-pid.ts';

export interface Postmaster {
  readonly pid: number;
  /** Where its socket is; an adopted server may have another than we would choose. */
  readonly socketFolder: string;
  /** Adopts a living server of this cluster or spawns one; resolves when it answers. */
  start(): Promise<void>;
  /** Resolves when the process of now has ended. */
  ended(): Promise<void>;
  stop(): Promise<void>;
}

const readyTimeoutMs = 60_000;
const stopTimeoutMs = 30_000;
const attempts = 6;

export function createPostmaster(options: {
  home: Home;
  binaries: Binaries;
  account: Account;
  libraryPath: string;
  socketFolder: string;
  urlOf: (socketFolder: string, database: string) => string;
  log: Log;
}): Postmaster {
  const { home, binaries, account, log } = options;
  let pid = 0;
  let socketFolder = options.socketFolder;
  let end: Promise<void> = Promise.resolve();
  let hasEnded = true;

  const watchEnd = (next: number, ending: Promise<void>) => {
    pid = next;
    hasEnded = false;
    end = ending.then(() => {
      if (pid === next) hasEnded = true;
    });
  };

  async function answers(): Promise<boolean> {
    const client = new pg.Client({
      connectionString: options.urlOf(socketFolder, 'postgres'),
      connectionTimeoutMillis: 5_000,
    });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.query('select 1');
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => {});
    }
  }

  async function becomesReady(): Promise<boolean> {
    const startedAt = performance.now();
    while (!hasEnded && performance.now() - startedAt < readyTimeoutMs) {
      if (await answers()) return true;
      await pause(20);
    }
    return false;
  }

  /** A server that a killed Firebreak left behind; its process is not our child, so its end is polled. */
  async function adopt(): Promise<boolean> {
    const left = await readPostmaster(home.cluster);
    if (!left || (await isServerOf(left.pid, home.cluster)) === false) return false;
    socketFolder = left.socketFolder || options.socketFolder;
    watchEnd(left.pid, untilGone(left.pid, home.cluster));
    if (!(await becomesReady())) return false;
    log.info({ postmaster: left.pid }, 'The PostgreSQL that an earlier Firebreak left running was adopted.');
    return true;
  }

  async function spawnOnce(): Promise<boolean> {
    const stale = await readPostmaster(home.cluster);
    const output = openSync(home.startLog, 'w', 0o600);
    const child = spawnAs(
      account,
      binaries.postgres,
      [
        '-D',
        home.cluster,
        '-c',
        `config_file=${home.settings}`,
        '-c',
        'listen_addresses=',
        '-c',
        `unix_socket_directories=${socketFolder}`,
        '-c',
        'unix_socket_permissions=0700',
      ],
      {
        cwd: home.cluster,
        env: {
          LD_LIBRARY_PATH: options.libraryPath,
          // The pid file of a dead server may name a recycled pid. PostgreSQL takes no offence at a pid that is its own
          // grandparent's, and still checks the shared memory of the old one; the file is never deleted by us.
          ...(stale ? { PG_GRANDPARENT_PID: String(stale.pid) } : {}),
        },
        stdio: ['ignore', output, output],
      },
    );
    closeSync(output);
    const ending = new Promise<void>((resolve) => {
      child.once('error', () => resolve());
      child.once('exit', () => resolve());
    });
    // It outlives a crash of ours to be adopted, and does not keep a finished process of ours alive.
    child.unref();
    watchEnd(child.pid ?? 0, ending);
    return becomesReady();
  }

  return {
    get pid() {
      return pid;
    },
    get socketFolder() {
      return socketFolder;
    },
    ended: () => end,
    async start() {
      if (await adopt()) return;
      for (let attempt = 0; attempt < attempts; attempt += 1) {
        if (await spawnOnce()) return;
        // A killed server's children hold its shared memory for a moment.
        await pause(100 * 2 ** attempt);
        if (await adopt()) return;
      }
      const said = await readFile(home.startLog, 'utf8').catch((error: unknown) => messageOf(error));
      throw errors.SERVER_DID_NOT_START([home.folder, said.trim().slice(-1_000) || 'it said nothing']);
    },
    async stop() {
      for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
        const startedAt = performance.now();
        if (!hasEnded) signalTo(pid, signal);
        // A referenced timer: the child is not, and would let the process end before it.
        while (!hasEnded && performance.now() - startedAt < stopTimeoutMs) await pause(10);
      }
    },
  };
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}

async function untilGone(pid: number, cluster: string): Promise<void> {
  while ((await isServerOf(pid, cluster)) !== false) await pause(250, undefined, { ref: false });
}
