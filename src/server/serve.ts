import { readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createAccess, newSecret } from '../access/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Config } from '../base/config.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { openDatabase } from '../db/index.ts';
import { createIngest } from '../ingest/index.ts';
import { errors } from './errors.ts';
import { createHttp } from './http/create-http.ts';
import { consolePages } from './http/console-pages.ts';
import { checkExposure, isLoopback, listen, portInUse } from './http/listen.ts';
import { enforcerCommand } from './enforcer-command.ts';
import { openState } from './open-state.ts';
import { createReport } from './report.ts';
import { startResponse } from './start-response.ts';
import { startStages } from './start-stages.ts';
import { ownedRoutes } from './routes.ts';
import { createOnStop } from './on-stop.ts';

export interface ServeOptions {
  config: Config;
  clock: Clock;
  log: Log;
  /** The folder of the program: content, migrations, console. */
  root: string;
  cwd: string;
  version: string;
  host: string;
  /** `cli:<os user>`, for the terminal of this machine. */
  terminal: string;
  /** Numeric id of the user; undefined where there is none. */
  uid: number | undefined;
  environment: Readonly<Record<string, string | undefined>>;
}

export interface Serving {
  url: string;
  /** Present once: the first admin's one-time password. */
  firstAdmin: { name: string; password: string } | undefined;
  demonstration: string;
  hasSources: boolean;
  /** Graceful, within 5 s. */
  stop(): Promise<void>;
}

/** The whole product in this process and its children. Resolves when it works; throws with a fix when it cannot. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { config, clock, log, root } = options;
  const tls = await readTls(config, options.cwd);
  checkExposure(config.http, tls !== undefined);
  const taken = await portInUse(config.http);
  if (taken) throw taken;

  const onStop = createOnStop(log);
  try {
    const state = await openState({
      config,
      dir: resolve(options.cwd, config.state_dir),
      migrations: join(root, 'migrations'),
      log,
    });
    onStop.add('database server', async () => state.embedded?.stop());
    const db = openDatabase({ url: state.databaseUrl, log, max: 20, applicationName: 'firebreak server' });
    onStop.add('database', () => db.close());

    const secret = newSecret('fbl_');
    const access = createAccess({ db, clock, local: { secret, actor: options.terminal } });
    const firstAdmin = access.people.ensureAdmin();
    let contentVersion = 'loading';
    const ingest = createIngest({ db, clock, log, contentVersion: () => contentVersion });
    const response = await startResponse({ ...options, db, state, access, onStop });
    const stages = await startStages({
      ...options,
      db,
      state,
      access,
      response,
      ingest,
      onStop,
      onContentVersion: (version) => (contentVersion = version),
    });

    const { createDemonstration } = await import('./demo/create-demonstration.ts');
    const demonstration = createDemonstration({
      ingest,
      enforcement: response.enforcement,
      containments: response.containments,
      dir: join(state.dir, 'demonstration'),
      host: options.host,
      enforcerCommand: (kind, recordFile) =>
        enforcerCommand({
          kind,
          stopFile: state.stopFile,
          uid: options.uid,
          isContained: true,
          ...(recordFile === undefined ? {} : { recordFile }),
        }),
      clock,
      log,
    });
    let isReady = false;
    const report = createReport({ ...options, db, state, ingest, response, stages, isReady: () => isReady });
    const app = await createHttp({
      access,
      clock,
      log,
      ownNames: ownNames(config, options.host),
      ...(tls ? { tls } : {}),
      owned: ownedRoutes({
        ...options,
        db,
        state,
        access,
        ingest,
        response,
        stages,
        demonstration,
        report,
        contentVersion: () => contentVersion,
        isTls: tls !== undefined,
      }),
      pages: consolePages(join(root, 'console', 'dist')),
    });
    onStop.add('http', () => app.close());
    const port = await listen(app, config.http);
    const url = urlOf(config, port, tls !== undefined);
    await writeFile(
      state.credentialFile,
      JSON.stringify({
        url: loopbackUrl(config, port, tls !== undefined),
        token: secret,
        ...(tls ? { ca: tls.cert.toString() } : {}),
      }),
      { mode: 0o600 },
    );
    onStop.add('credential', () => rm(state.credentialFile, { force: true }));

    await addConfiguredSources(ingest, config, log);
    await ingest.startAll();
    onStop.add('sources', () => ingest.stopAll());
    const admin = await firstAdmin;
    const sources = (await ingest.sources.list()).filter(({ kind }) => kind !== 'internal');
    const isFresh = admin !== undefined && sources.length === 0;
    onStop.add('demonstration', () => demonstration.stop());
    const hasDemonstration = sources.some((source) => source.is_demonstration);
    const wantsDemonstration = config.demonstration === 'auto' && (isFresh || hasDemonstration);
    const demonstrated = wantsDemonstration
      ? await demonstration.start().catch((error: unknown) => {
          log.warn({ error: messageOf(error) }, 'The demonstration could not be started.');
          return undefined;
        })
      : undefined;
    isReady = true;
    return {
      url,
      firstAdmin: admin,
      demonstration: demonstrated?.detail ?? '',
      hasSources: sources.some((source) => !source.is_demonstration),
      stop: () => onStop.run(),
    };
  } catch (error) {
    await onStop.run();
    throw error;
  }
}

async function readTls(config: Config, cwd: string): Promise<{ cert: Buffer; key: Buffer } | undefined> {
  const { tls_certificate: cert, tls_key: key } = config.http;
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) throw errors.TLS_FILES(['one of the two is not set']);
  try {
    const [certificate, privateKey] = await Promise.all([readFile(resolve(cwd, cert)), readFile(resolve(cwd, key))]);
    return { cert: certificate, key: privateKey };
  } catch (cause) {
    throw errors.TLS_FILES([messageOf(cause)], { cause });
  }
}

function urlOf(config: Config, port: number, isTls: boolean): string {
  if (config.http.public_url !== undefined) return config.http.public_url;
  const host = config.http.host.includes(':') ? `[${config.http.host}]` : config.http.host;
  return `${isTls ? 'https' : 'http'}://${host}:${port}/`;
}

/** Where this machine's own terminal finds the server. */
function loopbackUrl(config: Config, port: number, isTls: boolean): string {
  const { host } = config.http;
  const own = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
  return `${isTls ? 'https' : 'http'}://${own}:${port}`;
}

function ownNames(config: Config, host: string): ReadonlySet<string> {
  const names = new Set(['localhost', host.toLowerCase()]);
  if (!isLoopback(config.http.host)) names.add(config.http.host.toLowerCase());
  if (config.http.public_url !== undefined) names.add(new URL(config.http.public_url).hostname);
  return names;
}

/** Sources of the config have ids of their names, so that they are the same at every start. */
async function addConfiguredSources(ingest: ReturnType<typeof createIngest>, config: Config, log: Log): Promise<void> {
  const { SourceSettings } = await import('../schema/source.ts');
  for (const [index, given] of config.sources.entries()) {
    const settings = SourceSettings.safeParse(given);
    if (!settings.success) {
      const issue = settings.error.issues[0];
      throw errors.BAD_SOURCE([index + 1, [...(issue?.path ?? []), issue?.message ?? ''].join(' ')]);
    }
    const source = await ingest.sources.add(settings.data, `source--config-${settings.data.name}`);
    await ingest.sources.setState(source.id, 'running');
    log.debug({ source: source.id }, 'A source of the config is there.');
  }
}
