import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { messageOf } from '../src/base/errors.ts';
import { createLog } from '../src/base/log.ts';
import { startEmbedded, type Embedded } from '../src/db/index.ts';
import { isAlive } from '../src/base/is-alive.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where a worker asks for the URL of the test server; the first to ask starts it. */
    databaseSocket: string;
  }
}

const prefix = 'firebreak-test-';

/** One PostgreSQL for all workers of this run, started when the first test asks for it, below the temporary folder. */
export default function setup(project: TestProject): () => Promise<void> {
  sweep();
  const folder = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
  const socket = join(folder, 'ask');
  let starting: Promise<Embedded> | undefined;
  const server = createServer((connection) => {
    connection.on('error', () => {});
    starting ??= startEmbedded({
      dataDir: join(folder, 'pg'),
      log: createLog('test database', 'warn'),
      // Databases of tests live for seconds: a kill keeps their data, a power cut may not.
      settings: {
        fsync: 'off',
        max_wal_size: '256MB',
        wal_keep_size: '0',
        max_connections: '200',
        shared_buffers: '128MB',
      },
    });
    starting.then(
      (embedded) => connection.end(JSON.stringify({ url: embedded.url })),
      (error: unknown) => connection.end(JSON.stringify({ error: messageOf(error) })),
    );
  });
  server.unref();
  server.listen(socket);
  project.provide('databaseSocket', socket);
  return async () => {
    server.close();
    const embedded = await starting?.catch(() => undefined);
    await embedded?.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}

/** Ends the servers and removes the folders of runs that were killed. */
function sweep(): void {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix))) {
    const folder = join(tmpdir(), name);
    if (isAlive(Number(name.slice(prefix.length).split('-')[0]))) continue;
    try {
      process.kill(Number(readFileSync(join(folder, 'pg/cluster/postmaster.pid'), 'utf8').split('\n')[0]), 'SIGQUIT');
    } catch {
      // No server, or it ended.
    }
    rmSync(folder, { recursive: true, force: true });
  }
}
