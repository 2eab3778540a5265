import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAccess, newSecret } from '../../access/index.ts';
import type { Config } from '../../base/config.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { openDatabase } from '../../db/index.ts';
import { createIngest } from '../../ingest/index.ts';
import { SourceSettings } from '../../schema/source.ts';
import { closeDemonstrationIncidents } from '../demo/close-incidents.ts';
import { createDemonstration } from '../demo/create-demonstration.ts';
import { enforcerCommand } from '../enforcer-command.ts';
import { errors } from '../errors.ts';
import { consolePages } from '../http/console-pages.ts';
import { createHttp } from '../http/create-http.ts';
import { isLoopback, listen } from '../http/listen.ts';
import type { OnStop } from './on-stop.ts';
import type { OpenState } from './open-state.ts';
import type { Phases } from './phases.ts';
import { createReport } from './report.ts';
import { ownedRoutes } from '../routes.ts';
import type { ServeOptions, Serving } from '../serve.ts';
import { startDetect } from './start-detect.ts';
import { startResponse } from './start-response.ts';
import { startStages } from './start-stages.ts';

/** Rooms, loops, children and HTTP on an open database. Resolves when everything works. */
export async function assemble(
  options: ServeOptions,
  state: OpenState,
  tls: { cert: Buffer; key: Buffer } | undefined,
  phases: Phases,
  onStop: OnStop,
): Promise<Serving> {
  const { config, clock, log, root } = options;
  const db = openDatabase({ url: state.databaseUrl, log, max: 20, applicationName: 'firebreak server' });
  onStop.add('database', () => db.close());
  const path = openDatabase({
    url: state.databaseUrl,
    log,
    max: 3,
    applicationName: 'firebreak path',
    isFixed: true,
    channels: db.channels,
  });
  onStop.add('path', () => path.close());

  const secret = newSecret('fbl_');
  const access = createAccess({ db, clock, local: { secret, actor: options.terminal } });
  const firstAdmin = access.people.ensureAdmin();
  // Looked at below, when the rest has not failed before.
  firstAdmin.catch(() => {});
  let contentVersion = 'loading';
  const ingest = createIngest({ db, path, clock, log, contentVersion: () => contentVersion });
  const detect = startDetect({
    ...options,
    db,
    state,
    onStop,
    onContentVersion: (version) => (contentVersion = version),
  });
  const response = await startResponse({ ...options, db, path, state, access, ingest, onStop });
  phases.ended('response');
  const stages = await startStages({ ...options, db, path, state, access, response, ingest, detect, onStop });
  phases.ended('stages');

  const demonstration = createDemonstration({
    closeIncidents: () => closeDemonstrationIncidents(db, options.clock),
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
  const report = createReport({
    ...options,
    db,
    state,
    ingest,
    response,
    stages,
    isReady: () => isReady && detect.isUp(),
  });
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
  const url = urlOf(config, options.host, port, tls !== undefined);
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

  phases.ended('http');
  await addConfiguredSources(ingest, config, log);
  await ingest.startAll();
  onStop.add('sources', () => ingest.stopAll());
  phases.ended('sources');
  const admin = await firstAdmin;
  const sources = (await ingest.sources.list()).filter(({ kind }) => kind !== 'internal');
  const isFresh = admin !== undefined && sources.length === 0;
  onStop.add('demonstration', () => demonstration.stop());
  const hasDemonstration = sources.some((source) => source.is_demonstration);
  const start = () =>
    demonstration.start().catch((error: unknown) => {
      log.warn({ error: messageOf(error) }, 'The demonstration could not be started.');
      return undefined;
    });
  // The first screen of a fresh install shows it; later it comes when it comes.
  const isWanted = config.demonstration === 'auto';
  const demonstrated = isWanted && isFresh ? await start() : undefined;
  if (isWanted && hasDemonstration) void start();
  phases.ended('demonstration');
  await detect.up;
  if (!detect.isUp()) log.warn('Detection is not up yet: what arrives is kept, and read when it is.');
  phases.ended('rules');
  isReady = true;
  return {
    url,
    firstAdmin: admin,
    demonstration: demonstrated,
    hasSources: sources.some((source) => !source.is_demonstration),
    phases: phases.ms(),
    rehearse: () => stages.rehearse(),
    stop: () => onStop.run(),
  };
}

function urlOf(config: Config, name: string, port: number, isTls: boolean): string {
  if (config.http.public_url !== undefined) return config.http.public_url;
  const isAny = config.http.host === '0.0.0.0' || config.http.host === '::';
  const bound = config.http.host.includes(':') ? `[${config.http.host}]` : config.http.host;
  const host = isAny ? name : bound;
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
