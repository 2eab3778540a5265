import { join } from 'node:path';
import type { Access } from '../../access/index.ts';
import { messageOf } from '../../base/errors.ts';
import { startLoop, type Loop } from '../../base/loop.ts';
import type { Channel, Database } from '../../db/index.ts';
import {
  createSequencer,
  exportToFile,
  openSigningKey,
  latestCheckpoint,
  selectSequenced,
} from '../../ledger/index.ts';
import { createHistoryChild, shouldStartHistory, type HistoryChild } from '../../history/index.ts';
import { waitingBatches, type Ingest } from '../../ingest/index.ts';
import { createTriage } from '../../triage/index.ts';
import { createChangeFeed, type ChangeFeed } from '../http/changes.ts';
import type { OnStop } from './on-stop.ts';
import type { OpenState } from './open-state.ts';
import type { ServeOptions } from '../serve.ts';
import { contain } from './contain.ts';
import { createContainingTurn } from './containing-turn.ts';
import { createCheckpointShipper } from './ship-checkpoints.ts';
import { rehearsePath } from './rehearse-path.ts';
import type { Response } from './start-response.ts';
import type { Detecting } from './start-detect.ts';

export interface Stages {
  detect: Detecting;
  history: HistoryChild;
  feed: ChangeFeed;
  wakeFeed(): void;
  /** Warms the path to containment; does nothing that is kept. */
  rehearse(): Promise<void>;
  /** Where signed checkpoints are appended. */
  checkpointFile: string;
}

/** Longest that a stage waits when a wake-up was lost. */
const pollMs = 1_000;
const bookkeepingMs = 100;
const pageSize = 1_000;

/** The loops of all stages but detection. */
export async function startStages(
  options: ServeOptions & {
    db: Database;
    /** For the path to containment alone: its sessions stay open, their statements prepared. */
    path: Database;
    state: OpenState;
    access: Access;
    response: Response;
    ingest: Ingest;
    detect: Detecting;
    onStop: OnStop;
  },
): Promise<Stages> {
  const { config, clock, log, db, path, state, response, onStop } = options;
  const loop = (
    name: string,
    channels: readonly Channel[],
    turn: () => Promise<boolean>,
    everyMs = pollMs,
    gatherMs?: number,
  ): Loop => {
    const started = startLoop({ name, everyMs, ...(gatherMs !== undefined && { gatherMs }), log, turn });
    for (const channel of channels) db.channels.listen(channel, () => started.wake());
    onStop.add(name, () => started.stop());
    return started;
  };

  const { export_to: exportTo, allow_private: allowPrivate } = config.ledger;
  const isUrl = exportTo.startsWith('https://') || (allowPrivate && exportTo.startsWith('http://'));
  const checkpointFile = isUrl || exportTo === '' ? join(state.dir, 'checkpoints.txt') : exportTo;
  if (isUrl) {
    const ending = new AbortController();
    const shipper = createCheckpointShipper({
      file: checkpointFile,
      url: exportTo,
      allowPrivate,
      clock,
      log,
      signal: ending.signal,
    });
    loop('checkpoints', ['ledger'], () => shipper.turn());
    onStop.add('sending of checkpoints', async () => ending.abort());
  }
  const sequencer = createSequencer({
    db,
    clock,
    log,
    key: await openSigningKey(join(state.dir, 'keys')),
    exportTo: exportToFile(checkpointFile),
  });
  const feed = createChangeFeed({
    channels: db.channels,
    entriesAfter: async (leafIndex, limit) =>
      (await selectSequenced(db.read, leafIndex + 1, limit)).map((entry) => ({
        leafIndex: entry.seq,
        tenantId: entry.tenant_id,
        kind: entry.kind,
        incidentId: entry.incident_id ?? undefined,
        subject: entry.subject ?? undefined,
      })),
    async lastLeafIndex() {
      let next = (await latestCheckpoint(db.read))?.size ?? 0;
      for (;;) {
        const entries = await selectSequenced(db.read, next, pageSize);
        next = (entries.at(-1)?.seq ?? next - 1) + 1;
        if (entries.length < pageSize) return next - 1;
      }
    },
  });
  onStop.add('feed', async () => feed.close());
  const feeding = loop('feed', [], () => feed.turn(), 5_000);
  const sequence = async () => {
    const more = await sequencer.turn();
    feeding.wake();
    return more;
  };
  // Bookkeeping gathers first: it must not run beside the fast path that woke it.
  loop('ledger', ['incidents', 'containments', 'executions', 'ledger'], sequence, pollMs, bookkeepingMs);
  const history = createHistoryChild({
    main: join(options.root, 'src/server/history-main.ts'),
    settings: {
      database_url: state.databaseUrl,
      log_level: config.log_level,
      dir: join(state.dir, 'history'),
      keep_days: config.history.retention_days,
      keep_bytes: config.history.max_gb * 1e9,
    },
    log,
  });
  onStop.add('history', () => history.stop());
  loop(
    'history',
    [],
    async () => {
      if (shouldStartHistory(await waitingBatches(db.read, 'history'), clock.now())) history.archive();
      return false;
    },
    10_000,
  );
  loop('quiet sources', [], () => options.ingest.quietTurn(), 5_000);
  loop('batches', [], () => options.ingest.maintainTurn(), 3_600_000);

  const triage = createTriage({
    db: path,
    clock,
    log,
    declare: config.triage.declare,
    settings: { joinWindowMs: config.triage.window_s * 1_000 },
  });
  loop('triage', ['findings'], createContainingTurn({ db: path, triage, respond: response.stage, log }));
  loop('respond', ['incidents'], () => response.stage.turn());
  loop('containments', ['containments'], () => response.containments.turn(), pollMs, bookkeepingMs);
  loop('enforcement', ['containments'], () => response.enforcement.turn(), pollMs, bookkeepingMs);
  loop(
    'access',
    [],
    async () => {
      await options.access.sweep();
      return false;
    },
    3_600_000,
  );

  const rehearse = async () => {
    await rehearsePath(path, clock.now(), (tx) => contain(tx, triage, response.stage)).catch((error: unknown) =>
      log.warn(
        { error: messageOf(error) },
        'The path to containment could not be rehearsed; the first attack warms it.',
      ),
    );
    // What it held for its moment is found now, not at the next look.
    db.channels.wake('findings');
  };
  return { detect: options.detect, history, feed, wakeFeed: () => feeding.wake(), checkpointFile, rehearse };
}
