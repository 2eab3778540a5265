import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { contentFolder } from '../../base/content-folder.ts';
import { channelNames, type Database } from '../../db/index.ts';
import type { OnStop } from './on-stop.ts';
import type { OpenState } from './open-state.ts';
import type { ServeOptions } from '../serve.ts';
import { superviseThread, type SupervisedThread } from './supervise-thread.ts';

export interface Detecting {
  state: SupervisedThread['state'];
  /** Its rules were there at least once. */
  isUp(): boolean;
  /** Its rules are there; or it failed, or hangs: then it is started again and does not hold up the rest. */
  up: Promise<void>;
}

const Message = z.union([z.object({ wake: z.enum(channelNames) }), z.object({ contentVersion: z.string() })]);

/** Only a thread that hangs takes so long: on a loaded machine the rules may need 20 s. */
const hangMs = 60_000;
/** After its first failure it is waited for so long. */
const failedMs = 5_000;

/** Detection, in its thread. */
export function startDetect(
  options: Pick<ServeOptions, 'config' | 'clock' | 'log' | 'root' | 'cwd' | 'host'> & {
    db: { channels: Pick<Database['channels'], 'listen' | 'wake'> };
    state: Pick<OpenState, 'databaseUrl' | 'dir'>;
    onStop: OnStop;
    onContentVersion(version: string): void;
  },
): Detecting {
  const { config, clock, log, state } = options;
  let isUp = false;
  const waiting = new AbortController();
  const wait = (ms: number) => pause(ms, undefined, { signal: waiting.signal }).catch(() => {});
  const thread = superviseThread({
    name: 'detect',
    file: join(options.root, 'src/server/detect-worker-main.ts'),
    data: {
      databaseUrl: state.databaseUrl,
      logLevel: config.log_level,
      rulesDirs: config.content.rules.map((dir) => contentFolder(dir, options)),
      packsDir: join(state.dir, 'content'),
      overridesDirs: config.content.overrides.map((dir) => contentFolder(dir, options)),
      pipelines: config.content.pipelines.map((path) => contentFolder(path, options)),
      cacheFile: join(state.dir, 'cache/rules'),
      worker: `detect@${options.host}:${state.dir}`,
    },
    clock,
    log,
    onMessage(message) {
      const told = Message.parse(message);
      if ('wake' in told) return options.db.channels.wake(told.wake);
      options.onContentVersion(told.contentVersion);
      isUp = true;
      waiting.abort();
    },
    onEnd: () => void wait(failedMs).then(() => waiting.abort()),
  });
  const endListening = options.db.channels.listen('batches', () => thread.send('batches'));
  options.onStop.add('detect', async () => {
    waiting.abort();
    endListening();
    await thread.stop(2_000);
  });
  return {
    state: () => thread.state(),
    isUp: () => isUp,
    up: wait(hangMs).then(() => waiting.abort()),
  };
}
