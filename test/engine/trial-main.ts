/** An engine process for the contract tests: real DBOS, real PostgreSQL, actions that leave countable effects. */
import { appendFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../../src/base/clock.ts';
import { createLog } from '../../src/base/log.ts';
import { openDatabase } from '../../src/db/index.ts';
import type { Action } from '../../src/respond/engine/action.ts';
import { startEngine } from '../../src/respond/engine/start-engine.ts';

const url = process.env['TRIAL_URL'] ?? '';
const effects = process.env['TRIAL_EFFECTS'] ?? '/dev/null';
const log = createLog('trial', process.env['TRIAL_LOG_LEVEL'] ?? 'error');

/** One line per effect, with the key: two lines with the same key are a duplicate. */
const effect = (name: string, key: string) => appendFileSync(effects, `${name} ${key} ${process.pid}\n`);

const actions: Action[] = [
  {
    name: 'firebreak:once',
    isRepeatable: false,
    async run(call) {
      await pause(Number(call.text) || 0);
      effect('once', call.effectKey);
      return { outcome: 'succeeded', detail: 'Done.', out: { __answer__: 'yes' } };
    },
  },
  {
    name: 'firebreak:again',
    isRepeatable: true,
    async run(call) {
      effect('again-begun', call.effectKey);
      await pause(Number(call.text) || 0);
      effect('again', call.effectKey);
      return { outcome: 'succeeded', detail: 'Done.' };
    },
  },
  {
    name: 'firebreak:sent-then-killed',
    isRepeatable: false,
    async run(call) {
      effect('sent', call.effectKey);
      process.kill(process.pid, 'SIGKILL');
      return { outcome: 'succeeded', detail: 'Never said.' };
    },
  },
  {
    name: 'firebreak:poison',
    isRepeatable: true,
    async run(call) {
      effect('poison', call.effectKey);
      process.kill(process.pid, 'SIGKILL');
      return { outcome: 'succeeded', detail: 'Never said.' };
    },
  },
];

// As in engine-main.ts: whatever it is, the process ends and is started again.
process.on('uncaughtException', () => process.exit(75));

const db = openDatabase({ url, log, max: 6, applicationName: 'trial engine' });
const running = await startEngine({
  db,
  url,
  clock: systemClock,
  log,
  actions,
  sweepMs: 200,
  maxRunning: Number(process.env['TRIAL_MAX_RUNNING'] ?? 200),
  keepDays: Number(process.env['TRIAL_KEEP_DAYS'] ?? 30),
  standstillMs: 4_000,
  onLost: (reason) => {
    effect('lost', reason.replaceAll(/\s/g, '-'));
    process.exit(75);
  },
});
effect('ready', running.engine.executorId);
process.send?.({ ready: running.engine.executorId, rss: process.memoryUsage.rss() });
const stop = async () => {
  await running.stop();
  await db.close();
  process.exit(0);
};
process.once('SIGTERM', () => void stop());
process.on('disconnect', () => process.exit(76));
