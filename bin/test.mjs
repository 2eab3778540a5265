// `npm test`: every test of the suite. `-- --install` (or CI=true) also brings the system packages that real parts need.
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { install, pinnedNode, root, run } from './bootstrap.mjs';

const args = process.argv.slice(2);
const mayInstall = process.env['CI'] === 'true' || args.includes('--install');

install();
if (mayInstall) {
  const result = spawnSync(pinnedNode(), ['tools/system-packages.ts'], { cwd: root, stdio: 'inherit' });
  if (result.status !== 0) process.exit(result.status ?? 1);
}
run('node_modules/vitest/vitest.mjs', ['run', ...args.filter((arg) => arg !== '--install')]);
