import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Demonstration } from '../api/sources.ts';
import type { Clock } from '../base/clock.ts';
import type { Config } from '../base/config.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { errors } from './errors.ts';
import { checkExposure, portInUse } from './http/listen.ts';
import { createOnStop, type OnStop } from './start/on-stop.ts';
import { openState } from './start/open-state.ts';
import { createPhases } from './start/phases.ts';

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
  /** Ends what was started, also while it is starting. */
  onStop?: OnStop;
}

export interface Serving {
  url: string;
  /** Present once: the first admin's one-time password. */
  firstAdmin: { name: string; password: string } | undefined;
  /** Present on a fresh install. */
  demonstration: Demonstration | undefined;
  hasSources: boolean;
  /** Where the time of starting went: milliseconds of each phase. */
  phases: Readonly<Record<string, number>>;
  /** Warms the path to containment, after the memory of starting was given back; does nothing that is kept. */
  rehearse(): Promise<void>;
  /** Graceful, within 5 s. */
  stop(): Promise<void>;
}

/** The whole product in this process and its children. Resolves when it works; throws with a fix when it cannot. */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { config, log, root } = options;
  const phases = createPhases(options.clock);
  const tls = await readTls(config, options.cwd);
  checkExposure(config.http, tls !== undefined);
  const taken = await portInUse(config.http);
  if (taken) throw taken;

  const onStop = options.onStop ?? createOnStop(log);
  try {
    // Loaded while the database starts.
    const assembling = import('./start/assemble.ts');
    // Looked at below, when the database did not fail before.
    assembling.catch(() => {});
    const state = await openState({
      config,
      dir: resolve(options.cwd, config.state_dir),
      migrations: join(root, 'migrations'),
      log,
      phases,
    });
    onStop.add(
      'database server',
      async () => state.embedded?.stop(),
      () => state.embedded?.pid,
    );
    if (onStop.isRunning()) throw errors.STOPPED_WHILE_STARTING([]);
    const { assemble } = await assembling;
    phases.ended('program');
    return await assemble(options, state, tls, phases, onStop);
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
