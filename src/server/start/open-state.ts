import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../base/config.ts';
import type { Log } from '../../base/log.ts';
import type { Phases } from './phases.ts';
import { migrate, startEmbedded, type Embedded } from '../../db/index.ts';

/** The state folder and the database in it, or the owner's own. */
export interface OpenState {
  dir: string;
  databaseUrl: string;
  /** Absent: a PostgreSQL of the owner's. */
  embedded: Embedded | undefined;
  /** The file that stops response while it is there. */
  stopFile: string;
  credentialFile: string;
}

/** Makes the folder (0700), starts the database when it is ours, and brings it to the newest migration. Throws DB.*. */
export async function openState(options: {
  config: Config;
  dir: string;
  migrations: string;
  log: Log;
  phases: Phases;
}): Promise<OpenState> {
  const { config, dir, log, phases } = options;
  await mkdir(dir, { recursive: true });
  await chmod(dir, 0o700).catch(() => {});
  const embedded =
    config.database_url === '' ? await startEmbedded({ dataDir: join(dir, 'postgres'), log }) : undefined;
  phases.ended('database');
  const databaseUrl = embedded?.url ?? config.database_url;
  try {
    await migrate(databaseUrl, { dir: options.migrations, log });
    phases.ended('migrations');
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
  return { dir, databaseUrl, embedded, stopFile: join(dir, 'STOP'), credentialFile: join(dir, 'cli-token') };
}
