import { join } from 'node:path';
import { createLog } from '../base/log.ts';
import type { World } from './command.ts';

export const dataDirOf = (world: World) => join(world.path(world.config().config.state_dir), 'postgres');
export const logOf = (world: World) => createLog('cli', world.config().config.log_level);

/** The database of this state folder while somebody's Firebreak runs it, or for the time of `work`; or the owner's own. */
export async function withDatabase<T>(world: World, work: (url: string) => Promise<T>): Promise<T> {
  const { database_url: external } = world.config().config;
  if (external !== '') return work(external);
  const { findEmbedded, startEmbedded } = await import('../db/index.ts');
  const running = await findEmbedded(dataDirOf(world));
  if (running !== undefined) return work(running);
  const started = await startEmbedded({ dataDir: dataDirOf(world), log: logOf(world) });
  try {
    return await work(started.url);
  } finally {
    await started.stop();
  }
}
