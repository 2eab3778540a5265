import { mkdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { chooseAccount, makeHome, makePrivateFolder } from './account.ts';
import { copyBinaries, findBinaries, linkLibraries } from './binaries.ts';
import { homeOf, makeCluster, readPassword, writeSettings } from './cluster.ts';
import { holdFolder } from './folder-hold.ts';
import { createPostmaster } from './postmaster.ts';
import { isServerOf, readPostmaster } from './postmaster-pid.ts';
import { makeSocketFolder } from './socket-folder.ts';

export type EmbeddedState = 'running' | 'restarting' | 'stopped';

export interface Embedded {
  /** Connects by the unix socket; stays valid over restarts. */
  readonly url: string;
  /** The process id of the postmaster of now. */
  readonly pid: number;
  /** Stops the server (fast shutdown: open transactions roll back) and frees the data folder. */
  stop(): Promise<void>;
  /** Calls at every change; gives the function that ends the calls. */
  onState(listener: (state: EmbeddedState) => void): () => void;
}

const longestPauseMs = 5_000;

/**
 * Starts PostgreSQL from npm's binaries in `dataDir`, or adopts the one that a killed Firebreak left running there, and
 * keeps it running. Throws DB.FOLDER_IN_USE when another Firebreak holds the folder, DB.NO_BINARIES, DB.NO_ACCOUNT,
 * DB.INITDB_FAILED, DB.SERVER_DID_NOT_START, DB.VERSION_MISMATCH.
 */
export async function startEmbedded(options: {
  dataDir: string;
  log: Log;
  /** Settings of PostgreSQL that replace ours. */
  settings?: Record<string, string>;
}): Promise<Embedded> {
  const { log } = options;
  await mkdir(dirname(resolve(options.dataDir)), { recursive: true });
  const folder = await settledPath(options.dataDir);
  const home = homeOf(folder);
  const shipped = await findBinaries();
  const account = await chooseAccount(folder, shipped);
  await makeHome(folder, account);
  const hold = await holdFolder(folder);
  try {
    await makePrivateFolder(home.log, account);
    const binaries =
      account.kind === 'drop' && !account.reachesPackage
        ? await copyBinaries(shipped, join(folder, 'package'))
        : shipped;
    const libraryPath = await linkLibraries(binaries, join(folder, 'lib'));
    const isDurable = options.settings?.['fsync'] !== 'off';
    const password = await makeCluster({ home, binaries, account, libraryPath, isDurable });
    await writeSettings(home, options.settings ?? {});
    const socketFolder = await makeSocketFolder(folder, account);
    const urlOf = (socket: string, database: string) => urlFor(password, socket, database);
    const postmaster = createPostmaster({ home, binaries, account, libraryPath, socketFolder, urlOf, log });
    await postmaster.start();
    await makeDatabase(urlOf(postmaster.socketFolder, 'postgres'));
    return supervise(postmaster, urlOf(postmaster.socketFolder, 'firebreak'), hold.release, log);
  } catch (error) {
    await hold.release();
    throw error;
  }
}

function urlFor(password: string, socketFolder: string, database: string): string {
  // The host of the query wins; a host before it keeps the text a URL for every reader.
  return `postgresql://firebreak:${password}@localhost/${database}?host=${encodeURIComponent(socketFolder)}`;
}

/** The URL of the server that runs in `dataDir` now, started by whichever process; undefined when none does. For commands beside a running Firebreak. */
export async function findEmbedded(dataDir: string): Promise<string | undefined> {
  const home = homeOf(await settledPath(dataDir));
  const running = await readPostmaster(home.cluster);
  const password = await readPassword(home);
  if (!running || password === undefined || (await isServerOf(running.pid, home.cluster)) === false) return undefined;
  return urlFor(password, running.socketFolder, 'firebreak');
}

/** The folder without links on the way: PostgreSQL knows its files by that path. */
async function settledPath(dataDir: string): Promise<string> {
  const path = resolve(dataDir);
  const parent = await realpath(dirname(path)).catch(() => dirname(path));
  return join(parent, basename(path));
}

async function makeDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query("select 1 from pg_database where datname = 'firebreak'");
    if (rows.length === 0) await client.query('create database firebreak');
  } finally {
    await client.end();
  }
}

function supervise(
  postmaster: ReturnType<typeof createPostmaster>,
  url: string,
  release: () => Promise<void>,
  log: Log,
): Embedded {
  const listeners = new Set<(state: EmbeddedState) => void>();
  const stopping = new AbortController();
  const emit = (state: EmbeddedState) => {
    for (const listener of listeners) listener(state);
  };

  async function watch(): Promise<void> {
    while (!stopping.signal.aborted) {
      await postmaster.ended();
      if (stopping.signal.aborted) return;
      log.warn('The embedded PostgreSQL ended unexpectedly; it is started again.');
      emit('restarting');
      await restart();
    }
  }

  async function restart(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted; failures += 1) {
      try {
        await postmaster.start();
        log.info({ postmaster: postmaster.pid }, 'The embedded PostgreSQL runs again.');
        emit('running');
        return;
      } catch (error) {
        log.error({ error: messageOf(error) }, 'The embedded PostgreSQL could not be started; it is tried again.');
        const pauseMs = Math.min(longestPauseMs, 100 * 2 ** failures);
        await pause(pauseMs, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  }

  const watching = watch();
  return {
    url,
    get pid() {
      return postmaster.pid;
    },
    async stop() {
      if (stopping.signal.aborted) return watching;
      stopping.abort();
      await postmaster.stop();
      await watching;
      await release();
      emit('stopped');
    },
    onState(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
