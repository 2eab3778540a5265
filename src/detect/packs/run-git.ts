import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hasCode } from '../../base/has-code.ts';
import { errors } from './errors.ts';

/** Variables that git, ssh and curl need to reach a repository with the owner's own keys and proxies; no others go along. */
const passedOn =
  /^(?:PATH|HOME|USER|LOGNAME|TMPDIR|SSH_AUTH_SOCK|SSL_CERT_FILE|SSL_CERT_DIR|(?:https?|all|no)_proxy|(?:HTTPS?|ALL|NO)_PROXY)$/;

/**
 * Settings that win over every other: no hooks, no helpers, no submodules, no other way to fetch than these three, and
 * no object that does not hash to its name.
 */
const settings = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.symlinks', 'false'],
  ['fetch.recurseSubmodules', 'false'],
  ['transfer.fsckObjects', 'true'],
  // SigmaHQ and many old repositories have such trees; nothing is checked out, so their modes do not matter.
  ['fetch.fsck.zeroPaddedFilemode', 'ignore'],
  ['gc.auto', '0'],
  ['protocol.version', '2'],
].flatMap(([key, value]) => ['-c', `${key}=${value}`]);

const timeoutMs = 600_000;

export interface GitPlace {
  /** A bare repository that we made. */
  dir: string;
  environment: Readonly<Record<string, string | undefined>>;
  signal?: AbortSignal | undefined;
  /** Looked at four times a second; a text ends git with it. */
  watch?: () => Promise<Error | undefined>;
}

/** Runs git without a shell and gives what it printed, at most `maxBytes`. Throws CONTENT.GIT_FAILED, CONTENT.GIT_MISSING. */
export async function runGit(
  args: readonly string[],
  place: GitPlace,
  options: { input?: string; maxBytes?: number } = {},
): Promise<Buffer> {
  const child = spawn('git', [...settings, `--git-dir=${place.dir}`, ...args], {
    cwd: place.dir,
    env: environmentOf(place.environment),
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own: ssh and the helpers of curl end with it.
    detached: true,
  });
  let ended: Error | undefined;
  const end = (reason: Error) => {
    ended ??= reason;
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It had ended.
    }
  };
  const abort = () => end(errors.GIT_FAILED(['it was stopped']));
  const timer = setTimeout(() => end(errors.GIT_FAILED([`it took longer than ${timeoutMs / 1_000} s`])), timeoutMs);
  const watching = setInterval(
    () => void place.watch?.().then((reason) => (reason ? end(reason) : undefined), end),
    250,
  );
  place.signal?.addEventListener('abort', abort, { once: true });
  const printed: Buffer[] = [];
  let [length, said] = [0, ''];
  child.stdout.on('data', (bytes: Buffer) => {
    length += bytes.length;
    if (length > (options.maxBytes ?? 1 << 20)) end(errors.GIT_FAILED(['it printed more than is read']));
    else printed.push(bytes);
  });
  child.stderr.on('data', (bytes: Buffer) => (said = (said + bytes.toString('utf8')).slice(-4_000)));
  // Git may end before it has read all; its exit code tells.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  try {
    const closed: unknown[] = await once(child, 'close');
    if (ended) throw ended;
    if (closed[0] !== 0) throw errors.GIT_FAILED([lastLineOf(said)]);
    return Buffer.concat(printed);
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) throw errors.GIT_MISSING([], { cause });
    throw cause;
  } finally {
    clearTimeout(timer);
    clearInterval(watching);
    place.signal?.removeEventListener('abort', abort);
  }
}

function environmentOf(given: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const passed = Object.entries(given).flatMap(([key, value]) =>
    value !== undefined && passedOn.test(key) ? [[key, value] as const] : [],
  );
  return {
    ...Object.fromEntries(passed),
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: 'https:ssh:file',
    GIT_SSH_COMMAND: 'ssh -oBatchMode=yes -oStrictHostKeyChecking=yes',
    GIT_NO_REPLACE_OBJECTS: '1',
  };
}

function lastLineOf(said: string): string {
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  return (lines.findLast((line) => /^(?:fatal|error|ERROR):/.test(line)) ?? lines.at(-1) ?? 'it gave no reason').slice(
    0,
    300,
  );
}
