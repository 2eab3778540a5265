import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { fakeClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { createCheckpointShipper } from './ship-checkpoints.ts';

const dir = mkdtempSync(join(tmpdir(), 'fb-ship-'));
const file = join(dir, 'checkpoints.txt');
let got: string[] = [];
let status = 200;
const server = createServer((request, response) => {
  void text(request).then((body) => {
    if (status === 200) got.push(body);
    response.writeHead(status).end();
  });
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
const clock = fakeClock(0);
afterAll(() => {
  server.close();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(() => {
  got = [];
  status = 200;
  rmSync(`${file}.sent`, { force: true });
  writeFileSync(file, '');
  clock.advance(1_000_000);
});

const line = (size: number) => `{"size":${size},"note":"signed"}`;
const shipper = (allowPrivate = true) =>
  createCheckpointShipper({
    file,
    url: `http://127.0.0.1:${port}/checkpoints`,
    allowPrivate,
    clock,
    log: silentLog,
    signal: new AbortController().signal,
  });
const drain = async (one: ReturnType<typeof shipper>) => {
  while (await one.turn());
};

it('sends each whole line once, in order, and goes on there after a restart', async () => {
  writeFileSync(file, `${line(1)}\n${line(2)}\n{"size":3`);
  await drain(shipper());
  expect(got).toEqual([line(1), line(2)]);
  appendFileSync(file, ',"note":"signed"}\n');
  await drain(shipper());
  expect(got).toEqual([line(1), line(2), line(3)]);
});

it('tries again with growing pauses and loses nothing', async () => {
  writeFileSync(file, `${line(1)}\n${line(2)}\n`);
  const one = shipper();
  status = 503;
  expect(await one.turn()).toBe(false);
  status = 200;
  await drain(one);
  expect(got).toEqual([]);
  clock.advance(1_000);
  await drain(one);
  expect(got).toEqual([line(1), line(2)]);
});

it('sends nothing to a private address that nobody allowed', async () => {
  writeFileSync(file, `${line(1)}\n`);
  await drain(shipper(false));
  expect(got).toEqual([]);
});

it('begins again with a file that is another one', async () => {
  writeFileSync(file, `${line(1)}\n${line(2)}\n`);
  await drain(shipper());
  writeFileSync(file, `${line(9)}\n`);
  await drain(shipper());
  expect(got).toEqual([line(1), line(2), line(9)]);
});
