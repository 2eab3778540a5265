import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Database } from '../db/index.ts';
import type { RawEvent, SourceInfo } from '../schema/event.ts';
import { createGroupCommit } from './accept/group-commit.ts';
import type { Acceptance, Submission } from './accept/submission.ts';
import { errors } from './errors.ts';
import { maintainBatches } from './maintain.ts';
import { replayFile, type ReplayProgress } from './replay-file.ts';
import { createOwnEvents, type OwnEvents } from './own-events.ts';
import { createRunningSources } from './running-sources.ts';
import { createSourceSet, infoOf, type SourceSet } from './source-set.ts';
import { tellQuiet } from './tell-quiet.ts';

export interface IngestOptions {
  db: Database;
  /** What batches are committed on: `db` unless told. */
  path?: Database;
  clock: Clock;
  log: Log;
  /** Version of the content (formats) that reads the events; stands in every batch. */
  contentVersion?: () => string;
  /** How many days processed batches stay before their partition is dropped: 3 unless told. */
  keepDays?: number;
}

export type AcceptOptions = Partial<Pick<Submission, 'position' | 'reader' | 'receipt' | 'patience' | 'bodies'>>;
export type Accept = (source: SourceInfo, events: readonly RawEvent[], options?: AcceptOptions) => Promise<Acceptance>;

export interface Ingest {
  sources: SourceSet;
  /**
   * Keeps events: resolves after the commit, one fsync for everybody who hands in meanwhile.
   * Rejects with INGEST.UNAVAILABLE (503) when PostgreSQL is away, unless `patience` is `hold`.
   */
  accept: Accept;
  /** Why events cannot be kept now, or undefined. */
  away(): string | undefined;
  /** Starts what brings a source's events; gives the bound port for those that listen. Starting a running one does nothing. */
  startSource(id: string): Promise<{ port?: number }>;
  stopSource(id: string): Promise<void>;
  /** Starts every source that was running when Firebreak stopped. */
  startAll(): Promise<void>;
  /** Stops every receiver and commits what waits; their state stays `running` for the next start. */
  stopAll(): Promise<void>;
  /** Feeds a file through a source of kind replay; resolves when all of it is kept. Bounded memory. */
  replay(
    sourceId: string,
    path: string,
    more?: { onProgress?: (progress: ReplayProgress) => void; signal?: AbortSignal },
  ): Promise<ReplayProgress>;
  /** What Firebreak itself has to say, as events of the built-in source. */
  own: OwnEvents;
  /** For a loop, every few seconds: tells sources that went quiet or came back. */
  quietTurn(): Promise<boolean>;
  /** For a loop, every hour or so: partitions ahead, retention of processed batches. */
  maintainTurn(): Promise<boolean>;
}

export function createIngest(options: IngestOptions): Ingest {
  const { db, clock, log } = options;
  const contentVersion = options.contentVersion ?? (() => 'unversioned');
  const commits = createGroupCommit({ ...options, db: options.path ?? db, contentVersion });
  const accept: Accept = (source, events, more = {}) =>
    events.length === 0 && !more.receipt
      ? Promise.resolve({ outcome: 'accepted' })
      : commits.submit({ source, events, patience: 'refuse', ...more });
  const sources = createSourceSet({ db, clock });
  const running = createRunningSources({ db, clock, log, accept, sources });
  const own = createOwnEvents({ clock, sources, contentVersion });
  return {
    own,
    sources: {
      ...sources,
      async remove(id) {
        await running.stop(id);
        await sources.remove(id);
      },
    },
    accept,
    away: () => commits.away(),
    startSource: (id) => running.start(id),
    async stopSource(id) {
      await running.stop(id);
      await sources.setState(id, 'stopped');
    },
    async startAll() {
      for (const source of await sources.list()) {
        if (source.state !== 'running') continue;
        await running.start(source.id).catch((error: unknown) => running.report(source.id, error));
      }
    },
    async stopAll() {
      // Receivers that wait for a commit are let go by the end of the commits.
      const stopped = running.stopAll();
      await commits.stop();
      await stopped;
    },
    async replay(sourceId, path, more = {}) {
      const source = await sources.byId(sourceId);
      if (!source || source.removed_at || source.settings.kind !== 'replay') throw errors.NO_SUCH_SOURCE([sourceId]);
      await sources.setState(sourceId, 'running');
      try {
        const maxEventBytes = source.settings.max_event_bytes;
        return await replayFile({ accept, clock }, { ...more, source: infoOf(source), path, maxEventBytes });
      } finally {
        await sources.setState(sourceId, 'ended');
      }
    },
    async quietTurn() {
      await tellQuiet({ db, clock, own });
      return false;
    },
    async maintainTurn() {
      await maintainBatches({ db, clock, log }, options.keepDays ?? 3);
      return false;
    },
  };
}
