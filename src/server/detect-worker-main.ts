/**
 * The detect worker: a thread, so that rules and hostile text never share a loop with HTTP. It has its own connections and
 * log; its wake-ups come and go by the server.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { allFormats } from '../../connectors/formats.ts';
import { systemClock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { createLog } from '../base/log.ts';
import { startLoop } from '../base/loop.ts';
import { openDatabase } from '../db/index.ts';
import { createDetect, watchRules } from '../detect/index.ts';
import { relayedChannels } from './relayed-channels.ts';

const settings = z
  .object({
    databaseUrl: z.string(),
    logLevel: z.string(),
    rulesDirs: z.array(z.string()),
    packsDir: z.string(),
    overridesDirs: z.array(z.string()),
    pipelines: z.array(z.string()),
    cacheFile: z.string(),
    worker: z.string(),
  })
  .parse(workerData);
const port = parentPort;
if (!port) throw new Error('This is a thread of the server.');

// Watched from the start, so that the first pack is seen.
mkdirSync(settings.packsDir, { recursive: true });
const log = createLog('detect', settings.logLevel);
const channels = relayedChannels(port);
const db = openDatabase({
  url: settings.databaseUrl,
  log,
  max: 4,
  applicationName: 'firebreak detect',
  isFixed: true,
  // Findings follow from batches, and nothing is done about them before triage has committed.
  isRepeatable: true,
  channels,
});
const detect = await createDetect({
  db,
  clock: systemClock,
  log,
  formats: allFormats,
  rulesDirs: settings.rulesDirs,
  packsDir: settings.packsDir,
  overridesDirs: settings.overridesDirs,
  pipelines: settings.pipelines,
  cacheFile: settings.cacheFile,
  worker: settings.worker,
});
const loop = startLoop({ name: 'detect', everyMs: 1_000, log, turn: () => detect.stage.turn() });
const endings = [
  db.channels.listen('batches', () => loop.wake()),
  watchRules({
    dirs: [
      ...settings.rulesDirs,
      ...[...settings.overridesDirs, ...settings.pipelines].filter((path) => existsSync(path)),
    ],
    flatDirs: [settings.packsDir],
    log,
    onChange: () =>
      void detect
        .reload()
        .then(() => port.postMessage({ contentVersion: detect.contentVersion() }))
        .catch((error: unknown) => log.error({ error: messageOf(error) }, 'The rules could not be read again.')),
  }),
];

port.on('message', (message: unknown) => {
  if (message === 'batches') channels.hear('batches');
  if (message === 'stop')
    void (async () => {
      for (const end of endings) end();
      await loop.stop();
      await detect.close();
      await db.close();
      port.close();
    })();
});
port.postMessage({ contentVersion: detect.contentVersion() });
port.postMessage('ready');
// What reading the rules left is given back at once; idle, it would stay for minutes.
globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
