import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { systemClock } from '../src/base/clock.ts';
import { silentLog } from '../src/base/log.ts';
import type { RawEvent } from '../src/schema/event.ts';
import { testDatabase, type TestDatabase } from './database.ts';
import { claimBatches, createIngest, type Ingest } from '../src/ingest/index.ts';

export interface TestIngest {
  db: TestDatabase;
  ingest: Ingest;
  dir: string;
  /** Every event kept so far of a source, in the order of its batches. */
  events(sourceId: string): Promise<RawEvent[]>;
  lines(sourceId: string): Promise<string[]>;
  /** Ends this ingest as a crash of the process does not: waits for it. Gives a new one on the same database. */
  restart(): Promise<Ingest>;
}

// At the top: a hook that is added inside another hook (an ingest made in beforeAll) is not run.
const cleanups: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** An ingest on its own database and folder; both go after the file. */
export async function testIngest(): Promise<TestIngest> {
  const db = await testDatabase({ max: 4 });
  const dir = mkdtempSync(join(tmpdir(), 'firebreak-ingest-'));
  const make = () => createIngest({ db, clock: systemClock, log: silentLog });
  const test: TestIngest = {
    db,
    ingest: make(),
    dir,
    async events(sourceId) {
      const batches = await db.transaction((tx) => claimBatches(tx, 'history', 10_000));
      return batches.filter((batch) => batch.source.source_id === sourceId).flatMap((batch) => batch.events());
    },
    lines: async (sourceId) => (await test.events(sourceId)).map((event) => event.raw_data),
    async restart() {
      await test.ingest.stopAll();
      test.ingest = make();
      return test.ingest;
    },
  };
  cleanups.push(async () => {
    await test.ingest.stopAll();
    rmSync(dir, { recursive: true, force: true });
  });
  return test;
}
