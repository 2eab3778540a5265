import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Database } from '../db/index.ts';
import { archiveBatches } from './archive-batches.ts';
import { openDuck } from './duck.ts';
import { searchArchives, type HistoryFound, type HistoryQuery } from './search-archives.ts';
import { compactArchives, retainArchives, sweepOrphans } from './tend-archives.ts';
import type { CrashPoint } from './write-parquet.ts';

/** What the history process is told; stands in its environment as JSON. */
export const HistorySettings = z.strictObject({
  database_url: z.string(),
  log_level: z.string().default('info'),
  /** Folder of the Parquet files. */
  dir: z.string(),
  keep_days: z.number().min(0).default(90),
  keep_bytes: z.number().min(0).default(50_000_000_000),
  /** As DuckDB reads it. */
  memory_limit: z.string().default('256MB'),
  /** How long it stays without work. */
  idle_ms: z.int().default(30_000),
});
export type HistorySettings = z.infer<typeof HistorySettings>;

/** The history's work, in the process that owns DuckDB. Its calls run one after the other. */
export interface HistoryWork {
  /** Moves everything that waits into files, then compacts, retains and sweeps. */
  archive(): Promise<void>;
  /** Moves what waits, then searches: what was accepted before the call is found. */
  search(query: HistoryQuery): Promise<HistoryFound>;
  close(): Promise<void>;
}

/** More turns than this wait for the next call: a search must not wait for a long backlog. */
const maxTurns = 500;
const maxTurnsBeforeSearch = 5;

export async function openHistory(house: {
  db: Database;
  clock: Clock;
  log: Log;
  settings: HistorySettings;
  crashPoint?: CrashPoint;
}): Promise<HistoryWork> {
  const { db, clock, log, settings, crashPoint } = house;
  const { dir } = settings;
  const spillDir = join(dir, 'spill');
  await mkdir(spillDir, { recursive: true });
  const duck = await openDuck({ spillDir, memoryLimit: settings.memory_limit });
  const work = { db, clock, duck, dir, crashPoint };
  let last: Promise<unknown> = Promise.resolve();

  /** DuckDB's connection and its table `rows` serve one at a time. */
  function inTurn<T>(job: () => Promise<T>): Promise<T> {
    const done = last.then(job, job);
    last = done.catch(() => {});
    return done;
  }

  async function move(turns: number): Promise<void> {
    for (let turn = 0; turn < turns; turn += 1) if ((await archiveBatches(work)) === 0) return;
  }

  return {
    archive: () =>
      inTurn(async () => {
        await move(maxTurns);
        while (await compactArchives(work));
        await retainArchives(work, { keepDays: settings.keep_days, keepBytes: settings.keep_bytes });
        await sweepOrphans(work);
      }),
    search: (query) =>
      inTurn(async () => {
        await move(maxTurnsBeforeSearch).catch((error: unknown) =>
          log.warn({ error: messageOf(error) }, 'What waits could not be moved into the history before a search.'),
        );
        return searchArchives({ db, duck, dir }, query);
      }),
    async close() {
      await last;
      duck.close();
    },
  };
}
