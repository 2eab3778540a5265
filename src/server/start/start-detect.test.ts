import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { until } from '../../../test/until.ts';
import { fakeClock } from '../../base/clock.ts';
import { loadConfig } from '../../base/config.ts';
import { silentLog } from '../../base/log.ts';
import { createOnStop } from './on-stop.ts';
import { startDetect } from './start-detect.ts';

const dir = mkdtempSync(join(tmpdir(), 'fb-start-detect-'));
const onStop = createOnStop(silentLog);
afterAll(async () => {
  await onStop.run();
  rmSync(dir, { recursive: true, force: true });
});

/** Detection whose thread is this text. */
function starting(name: string, thread: string) {
  const root = join(dir, name);
  mkdirSync(join(root, 'src/server'), { recursive: true });
  writeFileSync(join(root, 'src/server/detect-worker-main.ts'), thread);
  const versions: string[] = [];
  const detect = startDetect({
    config: loadConfig({ env: {}, flags: {}, cwd: root }).config,
    clock: fakeClock(0),
    log: silentLog,
    root,
    cwd: root,
    host: 'h',
    db: { channels: { listen: () => () => {}, wake: () => {} } },
    state: { databaseUrl: 'postgresql://nowhere', dir: root },
    onStop,
    onContentVersion: (version) => versions.push(version),
  });
  let isTold = false;
  void detect.up.then(() => (isTold = true));
  return { detect, versions, root, isTold: () => isTold };
}

it('is up when the thread has its rules, and not when it merely runs', async () => {
  const begun = starting(
    'slow',
    `import { existsSync } from 'node:fs';
     import { join } from 'node:path';
     import { parentPort, workerData } from 'node:worker_threads';
     parentPort.postMessage('ready');
     const timer = setInterval(() => {
       if (!existsSync(join(workerData.worker.split(':')[1], 'go'))) return;
       clearInterval(timer);
       parentPort.postMessage({ contentVersion: 'v1' });
     }, 10);
     parentPort.on('message', () => parentPort.close());`,
  );
  await until(() => begun.detect.state().state === 'running');
  expect([begun.detect.isUp(), begun.isTold()]).toEqual([false, false]);
  writeFileSync(join(begun.root, 'go'), '');
  await begun.detect.up;
  expect([begun.detect.isUp(), begun.versions]).toEqual([true, ['v1']]);
});

it('does not hold up the rest when its thread fails, and is not called up', { timeout: 20_000 }, async () => {
  const begun = starting('broken', 'process.exit(1);');
  await until(() => begun.detect.state().restarts > 1);
  expect(begun.isTold(), 'it may come yet').toBe(false);
  await begun.detect.up;
  expect(begun.detect.isUp()).toBe(false);
});
