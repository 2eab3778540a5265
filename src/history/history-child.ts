import { fork, type ChildProcess } from 'node:child_process';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { errors } from './errors.ts';
import { HistoryAnswer, type HistoryRequest } from './history-messages.ts';
import type { HistoryFound, HistoryQuery } from './search-archives.ts';
import type { HistorySettings } from './serve-history.ts';

/** The server's hold on the history process: it starts when it is needed and leaves when it is idle. */
export interface HistoryChild {
  /** Starts it to move what waits, unless it runs. */
  archive(): void;
  searchHistory(query: HistoryQuery): Promise<HistoryFound>;
  /** Its process id while it runs. */
  pid(): number | undefined;
  stop(): Promise<void>;
}

export function createHistoryChild(options: {
  /** Path of src/server/history-main.ts. */
  main: string;
  settings: Partial<HistorySettings> & Pick<HistorySettings, 'database_url' | 'dir'>;
  log: Log;
}): HistoryChild {
  const { log } = options;
  const waiting = new Map<number, { resolve(found: HistoryFound): void; reject(error: Error): void }>();
  let child: ChildProcess | undefined;
  let lastId = 0;
  let stopped = false;

  function running(): ChildProcess {
    if (child?.connected) return child;
    const started = fork(options.main, {
      // It needs nothing else of our environment.
      env: { FIREBREAK_HISTORY: JSON.stringify(options.settings) },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    started.on('message', (message) => answer(HistoryAnswer.parse(message)));
    started.on('error', (error) => log.warn({ error: messageOf(error) }, 'The history process could not be reached.'));
    started.on('exit', (code, signal) => {
      if (child === started) child = undefined;
      if (code !== 0) log.warn({ code, signal }, 'The history process ended; it is started again when it is needed.');
      for (const asked of waiting.values()) asked.reject(errors.CHILD_ENDED([signal ?? `exit code ${code}`]));
      waiting.clear();
    });
    child = started;
    return started;
  }

  function answer(message: HistoryAnswer): void {
    const asked = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.kind === 'found') asked?.resolve({ events: message.events, isCut: message.isCut });
    else if (message.code === 'HISTORY.SEARCH_TOO_LONG') asked?.reject(errors.SEARCH_TOO_LONG([15]));
    else asked?.reject(errors.FAILED([message.message]));
  }

  const send = (request: HistoryRequest) => running().send(request, () => {});

  return {
    archive() {
      if (!stopped) send({ kind: 'archive' });
    },
    searchHistory: (query) =>
      new Promise((resolve, reject) => {
        if (stopped) return reject(errors.CHILD_ENDED(['shutdown']));
        lastId += 1;
        waiting.set(lastId, { resolve, reject });
        send({ kind: 'search', id: lastId, query });
      }),
    pid: () => child?.pid,
    async stop() {
      stopped = true;
      const ending = child;
      if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
      const ended = new Promise((resolve) => ending.once('exit', resolve));
      // It finishes its turn and leaves when the channel closes; a hanging one is ended.
      if (ending.connected) ending.disconnect();
      const timer = setTimeout(() => ending.kill('SIGKILL'), 1_000);
      await ended;
      clearTimeout(timer);
    },
  };
}
