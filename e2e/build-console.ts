import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

/** The tests see the console as it stands in the sources. */
export default function buildConsole(): void {
  const root = resolve(import.meta.dirname, '..');
  const vite = resolve(root, 'node_modules/vite/bin/vite.js');
  const result = spawnSync(
    process.execPath,
    [vite, 'build', '--config', 'console/vite.config.ts', '--logLevel', 'error'],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, NODE_ENV: 'production' } },
  );
  if (result.status !== 0) throw new Error('The console was not built: see above.');
}
