import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../src/base/log.ts';
import { findEmbedded, openDatabase, sql } from '../src/db/index.ts';
import { z } from 'zod';
import { until } from '../test/until.ts';
import { startProduct, type Product } from './product.ts';

/** A disk of its own, small enough to fill. */
let disk: string;
let product: Product;
let url: string;
let token: string;

beforeAll(async () => {
  disk = mkdtempSync(join(tmpdir(), 'firebreak-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=260m', 'tmpfs', disk]);
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  product = await startProduct({
    folder: disk,
    config: { http: { port }, respond: { enforcer: 'none' }, sources: [{ kind: 'http', name: 'events' }] },
  });
  token = product.json<{ secret: string }>('token', 'create', 'disk', 'event.write').secret;
});

afterAll(async () => {
  await product?.killAll();
  execFileSync('umount', [disk]);
  rmSync(disk, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address ? address.port : 0;
}

const isAccepted = (status: number) => status >= 200 && status < 300;

let sent = 0;

/** Sends an event; gives the status, 0 for no answer. */
async function post(): Promise<number> {
  sent += 1;
  const body = `${JSON.stringify({ message: `event ${sent}`, padding: 'x'.repeat(4_000) })}\n`;
  try {
    const answer = await fetch(`${url}/v1/events`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/x-ndjson',
        'idempotency-key': `event-${sent}`,
      },
      body,
      signal: AbortSignal.timeout(20_000),
    });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return 0;
  }
}

test(
  'a full disk is refused with a clear answer, nothing accepted is lost, and space brings it back',
  { timeout: 180_000 },
  async () => {
    const accepted = { before: 0, after: 0 };
    for (let count = 0; count < 20; count += 1) if (isAccepted(await post())) accepted.before += 1;
    expect(accepted.before).toBe(20);

    const ballast = join(disk, 'ballast');
    const handle = openSync(ballast, 'w');
    const block = Buffer.alloc(1_048_576, 1);
    try {
      for (;;) writeSync(handle, block);
    } catch {
      // The disk is full now.
    }
    closeSync(handle);

    let late = 0;
    const refused = await until(
      async () => {
        const status = await post();
        if (isAccepted(status)) late += 1;
        return status === 503 ? status : undefined;
      },
      { timeoutMs: 90_000, what: 'a refusal' },
    );
    expect(refused).toBe(503);
    expect((await fetch(`${url}/v1/health`)).status).toBe(200);

    rmSync(ballast);
    await until(async () => (isAccepted(await post()) ? (accepted.after += 1) : undefined), {
      timeoutMs: 60_000,
      what: 'events to be accepted again',
    });

    const database = await until(() => findEmbedded(join(product.state, 'postgres')), {
      timeoutMs: 30_000,
      what: 'the database',
    });
    const db = openDatabase({ url: database, log: silentLog, max: 1 });
    try {
      const { kept } = await db.read.one(
        z.object({ kept: z.number() }),
        sql`select coalesce(sum(event_count), 0)::float8 as kept from event_batches where source_id <> 'source--firebreak'`,
      );
      expect(kept).toBe(accepted.before + late + accepted.after);
    } finally {
      await db.close();
    }
  },
);
