import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PreparedUpdate, RevisionRehearsal } from '../detect/index.ts';
import type { PastBatch } from '../history/index.ts';
import type { World } from './command.ts';
import { logOf, withDatabase } from './with-database.ts';

/** So many events take a minute or two, and tell as much as all. */
const maxEvents = 1_000_000;
const dayMs = 86_400_000;

/** Both revisions of a pack over the stored history of the last days; nothing is written. */
export async function rehearseOnHistory(
  world: World,
  update: PreparedUpdate,
  days: number,
): Promise<RevisionRehearsal & { days: number; is_cut: boolean }> {
  const dir = join(world.path(world.config().config.state_dir), 'history');
  const nothing = { events: 0, unread: 0, present: 0, next: 0, rules: [], days, is_cut: false };
  if (!existsSync(dir)) return nothing;
  const [{ openDatabase }, { readPast }, { allFormats }] = await Promise.all([
    import('../db/index.ts'),
    import('../history/index.ts'),
    import('../../connectors/formats.ts'),
  ]);
  const spillDir = await mkdtemp(join(tmpdir(), 'firebreak-rehearsal-'));
  try {
    return await withDatabase(world, async (url) => {
      const db = openDatabase({ url, log: logOf(world), max: 1, applicationName: 'firebreak content' });
      try {
        const query = { from: world.now() - days * dayMs, to: world.now(), maxEvents };
        const past = await readPast({ db, dir, spillDir }, query);
        return { ...(await update.rehearse(sourced(past.batches), allFormats)), days, is_cut: past.isCut };
      } finally {
        await db.close();
      }
    });
  } finally {
    await rm(spillDir, { recursive: true, force: true });
  }
}

/** The history does not keep what the source was trusted with; it changes what is aimed at, and not what is found. */
async function* sourced(batches: AsyncIterable<PastBatch>) {
  for await (const { events, ...place } of batches)
    yield {
      events,
      source: {
        ...place,
        channel_trust: 'authenticated' as const,
        trusted_proxies: [],
        time_zone: '',
        is_demonstration: false,
      },
    };
}
