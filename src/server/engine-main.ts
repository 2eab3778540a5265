/**
 * The engine: runs playbooks durably, in a process of its own. It talks to the server by tables only, and ends when the
 * server's channel closes, when its lock is lost, or on SIGTERM. Its settings stand in FIREBREAK_ENGINE, as JSON.
 */
import { setPriority } from 'node:os';
import { createSmtpNotifier } from '../../connectors/smtp/index.ts';
import { createWebhookNotifier } from '../../connectors/webhook/index.ts';
import { systemClock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { createLog } from '../base/log.ts';
import type { Notifier } from '../connector/index.ts';
import { openDatabase } from '../db/index.ts';
import { EngineSettings, respondActions, startEngine } from '../respond/index.ts';

// Where a core is scarce, a denial goes before the documenting of the one before it.
setPriority(5);

/** sysexits: a temporary failure; the server starts the process again. */
const exitAgain = 75;

const settings = EngineSettings.parse(JSON.parse(process.env['FIREBREAK_ENGINE'] ?? '{}'));
// Whatever the engine starts later has no need of it: the URL may hold the database's password.
delete process.env['FIREBREAK_ENGINE'];
const log = createLog('engine', settings.log_level);

function endWith(reason: string): never {
  log.warn({ reason }, 'The engine process ends and is started again.');
  process.exit(exitAgain);
}
process.on('uncaughtException', (error) => endWith(messageOf(error)));
process.on('unhandledRejection', (error) => endWith(messageOf(error)));
process.on('disconnect', () => process.exit(0));

const notifiers = settings.notify.map((one): Notifier => {
  if (one.kind === 'webhook')
    return createWebhookNotifier(
      { url: one.url, secretFile: one.secret_file, allowPrivate: one.allow_private },
      systemClock,
    );
  return createSmtpNotifier({
    host: one.host,
    port: one.port,
    from: one.from,
    to: one.to,
    tls: one.tls,
    ...(one.user === undefined ? {} : { user: one.user }),
    ...(one.password_file === undefined ? {} : { passwordFile: one.password_file }),
  });
});

const db = openDatabase({ url: settings.database_url, log, max: 6, applicationName: 'firebreak engine' });
const engine = await startEngine({
  db,
  url: settings.database_url,
  clock: systemClock,
  log,
  actions: respondActions({
    db,
    log,
    clock: systemClock,
    notifiers,
    ...(settings.public_url === undefined ? {} : { consoleUrl: settings.public_url }),
  }),
  onLost: endWith,
});
// What starting needed is given back at once; idle, it would stay for minutes.
globalThis.gc?.();
process.send?.({ ready: true });

process.once('SIGTERM', () => {
  void (async () => {
    await engine.stop();
    await db.close();
    process.exit(0);
  })();
});
