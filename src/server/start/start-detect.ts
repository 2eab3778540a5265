import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { contentFolder } from '../../base/content-folder.ts';
import type { Database } from '../../db/index.ts';
import type { OnStop } from './on-stop.ts';
import type { OpenState } from './open-state.ts';
import type { ServeOptions } from '../serve.ts';
import { superviseThread, type SupervisedThread } from './supervise-thread.ts';

export interface Detecting {
  state: SupervisedThread['state'];
  /** Its rules are there; or it did not come up in time: then it is started again and does not hold up the rest. */
  up: Promise<void>;
  /** Findings were committed: told at once, without the database. */
  onFindings(wake: () => void): void;
}

const startMs = 10_000;

/** Detection, in its thread. */
export function startDetect(
  options: ServeOptions & {
    db: Database;
    state: OpenState;
    onStop: OnStop;
    onContentVersion(version: string): void;
  },
): Detecting {
  const { config, clock, log, state } = options;
  let wakeTriage = () => {};
  let tellUp = () => {};
  const toldUp = new Promise<void>((resolve) => (tellUp = resolve));
  const thread = superviseThread({
    name: 'detect',
    file: join(options.root, 'src/server/detect-worker-main.ts'),
    data: {
      databaseUrl: state.databaseUrl,
      logLevel: config.log_level,
      rulesDirs: config.content.rules.map((dir) => contentFolder(dir, options)),
      worker: `detect@${options.host}:${state.dir}`,
    },
    clock,
    log,
    onMessage(message) {
      if (message === 'findings') wakeTriage();
      else if (typeof message === 'object' && message !== null && 'contentVersion' in message) {
        options.onContentVersion(String(message.contentVersion));
        tellUp();
      }
    },
  });
  const endListening = options.db.channels.listen('batches', () => thread.send('batches'));
  const waiting = new AbortController();
  const tooLong = pause(startMs, undefined, { signal: waiting.signal }).catch(() => {});
  options.onStop.add('detect', async () => {
    waiting.abort();
    endListening();
    await thread.stop(2_000);
  });
  return {
    state: () => thread.state(),
    up: Promise.race([toldUp, tooLong]).then(() => waiting.abort()),
    onFindings: (wake) => {
      wakeTriage = wake;
    },
  };
}
