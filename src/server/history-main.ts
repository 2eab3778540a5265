/**
 * The history process: moves processed batches into Parquet files and searches them. It owns DuckDB, talks to the server
 * by its channel, and leaves when it was idle for a while or the channel closes. Its settings stand in FIREBREAK_HISTORY.
 */
import { constants, setPriority } from 'node:os';
import { systemClock } from '../base/clock.ts';
import { FirebreakError, messageOf } from '../base/errors.ts';
import { createLog } from '../base/log.ts';
import { openDatabase } from '../db/index.ts';
import { HistoryRequest, HistorySettings, openHistory, type HistoryAnswer } from '../history/index.ts';

setPriority(constants.priority.PRIORITY_LOW);
const settings = HistorySettings.parse(JSON.parse(process.env['FIREBREAK_HISTORY'] ?? '{}'));
// The URL may hold the database's password.
delete process.env['FIREBREAK_HISTORY'];
const log = createLog('history', settings.log_level);
const db = openDatabase({ url: settings.database_url, log, max: 2, applicationName: 'firebreak history' });
const work = openHistory({ db, clock: systemClock, log, settings });
let busy = 0;
let idle: NodeJS.Timeout | undefined;

async function end(): Promise<never> {
  await (await work).close();
  await db.close();
  process.exit(0);
}

function answer(message: HistoryAnswer): void {
  if (process.connected) process.send?.(message);
}

async function serve(request: HistoryRequest): Promise<void> {
  const history = await work;
  if (request.kind === 'archive') return history.archive();
  try {
    answer({ kind: 'found', id: request.id, ...(await history.search(request.query)) });
  } catch (error) {
    const code = error instanceof FirebreakError ? error.code : '';
    answer({ kind: 'failed', id: request.id, code, message: messageOf(error) });
  }
}

function rest(): void {
  clearTimeout(idle);
  if (busy === 0) idle = setTimeout(() => void end(), settings.idle_ms);
}

process.on('message', (message) => {
  busy += 1;
  clearTimeout(idle);
  serve(HistoryRequest.parse(message))
    .catch((error: unknown) => log.warn({ error: messageOf(error) }, 'Moving batches into the history failed.'))
    .finally(() => {
      busy -= 1;
      rest();
    });
});
process.on('disconnect', () => void end());
process.on('SIGTERM', () => void end());
// A terminal's Ctrl-C reaches every process; the server says when to leave.
process.on('SIGINT', () => {});
rest();
