import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { holdFolder } from './folder-hold.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folderHeldBy(holder?: object): string {
  const folder = mkdtempSync(join(tmpdir(), 'fb-hold-'));
  folders.push(folder);
  if (holder) writeFileSync(join(folder, 'holder.json'), JSON.stringify(holder));
  return folder;
}

// This process's id with the start time of another: what a recycled id looks like.
const recycled = { host: hostname(), pid: process.pid, started: 'another boot', token: 'old' };
const elsewhere = { host: 'another-container', pid: 1, started: 'x', token: 'theirs' };

test('a held folder is refused to others, and free after the release', async () => {
  const folder = folderHeldBy();
  const hold = await holdFolder(folder);
  await expect(holdFolder(folder)).rejects.toMatchObject({
    code: 'DB.FOLDER_IN_USE',
    message: expect.stringContaining(`process ${process.pid} on ${hostname()}`) as unknown,
  });
  await hold.release();
  await (await holdFolder(folder)).release();
  expect(readdirSync(folder)).toEqual([]);
});

test('of many that find a holder that is gone exactly one takes its place', async () => {
  const folder = folderHeldBy(recycled);
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => holdFolder(folder)));
  const holds = results.filter((result) => result.status === 'fulfilled');
  expect(holds.length).toBe(1);
  await holds[0]?.value.release();
  expect(readdirSync(folder)).toEqual([]);
});

test('a torn file of a holder does not hold', async () => {
  const folder = folderHeldBy();
  writeFileSync(join(folder, 'holder.json'), '{"host":');
  await (await holdFolder(folder)).release();
});

test('a holder on another host holds while its heartbeat moves, and is gone when it stands still', async () => {
  const folder = folderHeldBy(elsewhere);
  let beats = 1;
  const beating = setInterval(() => utimesSync(join(folder, 'holder.json'), (beats += 1), beats), 50);
  await expect(holdFolder(folder, 1_000)).rejects.toMatchObject({
    message: expect.stringContaining('process 1 on another-container') as unknown,
  });
  clearInterval(beating);
  await (await holdFolder(folder, 300)).release();
});
