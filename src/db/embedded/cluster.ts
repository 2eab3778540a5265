import { randomBytes } from 'node:crypto';
import { chmod, chown, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errors } from '../errors.ts';
import { makePrivateFolder, spawnAs, type Account } from './account.ts';
import type { Binaries } from './binaries.ts';

/** Everything of one embedded server on disk. */
export interface Home {
  folder: string;
  cluster: string;
  password: string;
  log: string;
  /** What the server said before it opened its log. */
  startLog: string;
  /** Our settings, written at every start. */
  settings: string;
  /** Settings of the operator, which win over ours. */
  ownSettings: string;
}

export const homeOf = (folder: string): Home => ({
  folder,
  cluster: join(folder, 'cluster'),
  password: join(folder, 'password'),
  log: join(folder, 'log'),
  startLog: join(folder, 'start.log'),
  settings: join(folder, 'server.conf'),
  ownSettings: join(folder, 'own.conf'),
});

/**
 * Settings of a small server beside an application on one machine. Durability is never traded: fsync, full_page_writes
 * and synchronous_commit stay on. wal_keep_size is what an online backup may take while it copies.
 */
const settings: Record<string, string> = {
  max_connections: '60',
  shared_buffers: '32MB',
  work_mem: '4MB',
  maintenance_work_mem: '32MB',
  effective_cache_size: '256MB',
  max_wal_size: '512MB',
  min_wal_size: '64MB',
  wal_keep_size: '256MB',
  wal_compression: 'pglz',
  wal_level: 'replica',
  max_wal_senders: '0',
  max_replication_slots: '0',
  checkpoint_completion_target: '0.9',
  random_page_cost: '1.1',
  jit: 'off',
  io_method: 'sync',
  max_parallel_workers_per_gather: '0',
  autovacuum: 'on',
  autovacuum_max_workers: '2',
  autovacuum_naptime: '20s',
  timezone: 'UTC',
  log_timezone: 'UTC',
  logging_collector: 'on',
  log_filename: 'postgresql-%a.log',
  log_truncate_on_rotation: 'on',
  log_rotation_age: '1d',
  log_line_prefix: '%m [%p] %a ',
  log_parameter_max_length_on_error: '0',
};

/** The password of the server's only account; the file is the only place that has it. */
export async function readPassword(home: Home): Promise<string | undefined> {
  const text = await readFile(home.password, 'utf8').catch(() => '');
  return text.trim() || undefined;
}

async function writePassword(path: string, password: string): Promise<void> {
  await writeFile(
    path,
    `${password}
`,
    { mode: 0o600 },
  );
}

/**
 * Makes the cluster when there is none, beside its place and moved there whole, so that a crash leaves no half of one.
 * A cluster without a password file (restored, or the file was lost) gets a new password. Gives the password.
 */
export async function makeCluster(options: {
  home: Home;
  binaries: Binaries;
  account: Account;
  libraryPath: string;
  /** False saves a second for databases that need not survive a power cut. */
  isDurable: boolean;
}): Promise<string> {
  const { home, binaries, account, libraryPath } = options;
  const known = await readPassword(home);
  const version = await readFile(join(home.cluster, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version !== undefined && version.trim() !== binaries.major)
    throw errors.VERSION_MISMATCH([home.folder, version.trim(), binaries.major]);
  if (version !== undefined && known !== undefined) return known;
  const password = known ?? randomBytes(24).toString('base64url');
  const env = { LD_LIBRARY_PATH: libraryPath };
  if (version !== undefined) {
    const args = ['--single', '-D', home.cluster, 'postgres'];
    // Single-user mode takes one statement a line and asks for no password.
    const said = await runProgram(account, binaries.postgres, args, {
      cwd: home.cluster,
      env,
      input: `alter role firebreak password '${password}'\n`,
    });
    if (said.code !== 0) throw errors.SERVER_DID_NOT_START([home.folder, said.text]);
    await writePassword(home.password, password);
    return password;
  }
  const handed = `${home.password}.initdb`;
  await writePassword(handed, password);
  if (account.kind === 'drop') await chown(handed, account.uid, account.gid);
  const making = `${home.cluster}.new`;
  await rm(making, { recursive: true, force: true });
  await makePrivateFolder(making, account);
  const args = [
    `--pgdata=${making}`,
    '--username=firebreak',
    `--pwfile=${handed}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--data-checksums',
    ...(options.isDurable ? [] : ['--no-sync']),
  ];
  const said = await runProgram(account, binaries.initdb, args, { cwd: home.folder, env, input: '' });
  await rm(handed, { force: true });
  if (said.code !== 0) throw errors.INITDB_FAILED([home.folder, said.text]);
  await writePassword(home.password, password);
  await rename(making, home.cluster);
  return password;
}

/** Runs a program of PostgreSQL to its end; gives its exit code and the last of what it said. */
async function runProgram(
  account: Account,
  program: string,
  args: readonly string[],
  options: { cwd: string; env: Record<string, string>; input: string },
): Promise<{ code: number | null; text: string }> {
  const child = spawnAs(account, program, args, { cwd: options.cwd, env: options.env, stdio: 'pipe' });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (bytes: Buffer) => {
      text = (text + bytes.toString()).slice(-2_000);
    });
  // A program that ends without reading has said why.
  child.stdin?.on('error', () => {});
  child.stdin?.end(options.input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { code, text: text.trim() };
}

/** Writes our settings; those of the operator in own.conf beside them win, those that make the server ours are on its command line. */
export async function writeSettings(home: Home, more: Record<string, string>): Promise<void> {
  const quote = (value: string) => `'${value.replaceAll("'", "''")}'`;
  const lines = Object.entries({ ...settings, log_directory: home.log, ...more }).map(
    ([name, value]) => `${name} = ${quote(value)}`,
  );
  const text = [
    '# Written by Firebreak at every start. Put settings of your own into own.conf beside this file: they win.',
    ...lines,
    `include_if_exists ${quote(home.ownSettings)}`,
  ].join('\n');
  await writeFile(home.settings, `${text}\n`);
  await chmod(home.settings, 0o644);
}
