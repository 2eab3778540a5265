import { execFile, spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { chmod, lchown, mkdir, readFile, readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { geteuid } from 'node:process';
import { promisify } from 'node:util';
import { errors } from '../errors.ts';
import type { Binaries } from './binaries.ts';

/**
 * Who runs the server. PostgreSQL refuses root, so root either drops to another account, or enters a user namespace
 * where it is not called root (works below a 0700 home; the files stay root's).
 */
export type Account =
  | { kind: 'self' }
  /** `reachesPackage` is false when the programs must be copied to where the account can walk. */
  | { kind: 'drop'; uid: number; gid: number; reachesPackage: boolean }
  | { kind: 'namespace' };

const accountNames = ['postgres', 'nobody'];

async function findAccount(): Promise<{ uid: number; gid: number } | undefined> {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n');
  for (const name of accountNames) {
    const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(':');
    if (fields) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  return undefined;
}

/** Whether an account that owns nothing on the way can walk down to `path` (or to the part of it that exists). */
async function isReachable(path: string, who: { uid: number; gid: number }): Promise<boolean> {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    const found = await stat(folder).catch(() => undefined);
    if (found) {
      const bit = found.uid === who.uid ? 0o100 : found.gid === who.gid ? 0o010 : 0o001;
      if (found.isDirectory() && (found.mode & bit) === 0) return false;
    }
    if (folder === dirname(folder)) return true;
  }
}

const namespaceCommand = ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'] as const;

async function canUseNamespace(): Promise<boolean> {
  const [command, ...args] = namespaceCommand;
  return promisify(execFile)(command, [...args, 'true'], { env: { PATH: searchPath } }).then(
    () => true,
    () => false,
  );
}

const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Who runs the server of the folder `home`, best first: an account that reaches folder and package, root in a user
 * namespace (switched off in many containers), an account that reaches the folder and gets a copy of the package.
 */
export async function chooseAccount(home: string, binaries: Binaries): Promise<Account> {
  if (geteuid?.() !== 0) return { kind: 'self' };
  const cluster = await stat(join(home, 'cluster')).catch(() => undefined);
  const isRoots = cluster?.uid === 0;
  const who = cluster && !isRoots ? { uid: cluster.uid, gid: cluster.gid } : await findAccount();
  const reachesFolder = who !== undefined && (await isReachable(dirname(home), who));
  const reachesPackage = who !== undefined && (await isReachable(binaries.home, who));
  if (!isRoots && reachesFolder && reachesPackage) return { kind: 'drop', ...who, reachesPackage };
  if (await canUseNamespace()) {
    if (cluster && !isRoots) await giveServerFolders(home, { uid: 0, gid: 0 });
    return { kind: 'namespace' };
  }
  if (!reachesFolder) throw errors.NO_ACCOUNT([home]);
  // An earlier start could use a namespace, this one cannot.
  if (isRoots) await giveServerFolders(home, who);
  return { kind: 'drop', ...who, reachesPackage };
}

async function giveServerFolders(home: string, who: { uid: number; gid: number }): Promise<void> {
  for (const name of ['cluster', 'log', 'run'])
    if (await stat(join(home, name)).catch(() => undefined)) await giveTo(join(home, name), who);
}

/** Gives a folder and everything in it to an account, the folder itself last: until then nobody else can reach into it. */
export async function giveTo(path: string, who: { uid: number; gid: number }): Promise<void> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  for (const entry of entries) await lchown(join(entry.parentPath, entry.name), who.uid, who.gid);
  await lchown(path, who.uid, who.gid);
}

/**
 * Makes the folder of an embedded server. It stays ours: the account of the server can walk through it to its own
 * folders (cluster, log, run), but cannot replace what we read and write as root.
 */
export async function makeHome(folder: string, account: Account): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, account.kind === 'drop' ? 0o711 : 0o700);
}

/** Makes a folder, in a place that only we write, that only the account can enter. */
export async function makePrivateFolder(path: string, account: Account): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  if (account.kind === 'drop') await lchown(path, account.uid, account.gid);
}

/** Starts a program of PostgreSQL under the account, in a session of its own (Ctrl-C is for Firebreak alone), with a clean environment. */
export function spawnAs(
  account: Account,
  program: string,
  args: readonly string[],
  options: { cwd: string; env: Record<string, string>; stdio: StdioOptions },
): ChildProcess {
  const settings = {
    ...options,
    env: { PATH: searchPath, LC_ALL: 'C', ...options.env },
    detached: true,
  };
  if (account.kind === 'namespace') {
    const [command, ...before] = namespaceCommand;
    return spawn(command, [...before, program, ...args], settings);
  }
  return spawn(program, args, account.kind === 'drop' ? { ...settings, uid: account.uid, gid: account.gid } : settings);
}
