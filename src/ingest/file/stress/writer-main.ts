import { closeSync, existsSync, ftruncateSync, openSync, readdirSync, readSync, renameSync, writeSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom } from './random.ts';

/**
 * Writes numbered lines into a log and rotates it, as a program and logrotate do together:
 * `writer-main.ts PATH MODE SEED`, until SIGTERM. Prints how many and the numbers that were written between a copy and the truncation after it.
 */
const [, , path = '', mode = '', seed = ''] = process.argv;
const random = seededRandom(Number(seed));
let isTold = false;
process.once('SIGTERM', () => (isTold = true));
const hasHeader = random.chance(0.5);
const isDated = random.chance(0.4);
const header = hasHeader ? '#Fields: date time cs-method cs-uri\n'.repeat(random.whole(1, 60)) : '';
const inWindow: number[] = [];
let written = 0;
let rotations = 0;
let fd = openSync(path, 'a');

function write(count: number, isWindow = false): void {
  for (let index = 0; index < count; index += 1) {
    written += 1;
    if (isWindow) inWindow.push(written);
    const line = `${String(written).padStart(7, '0')} ${'.'.repeat(random.whole(0, 120))}\n`;
    // Sometimes the reader sees half a line.
    const half = random.chance(0.05) ? random.whole(1, line.length) : line.length;
    writeSync(fd, line.slice(0, half));
    if (half < line.length) writeSync(fd, line.slice(half));
  }
}

function aside(): string {
  rotations += 1;
  if (isDated) return `${path}-20261121-${String(rotations).padStart(6, '0')}`;
  const numbers = readdirSync(dirname(path)).map((name) => Number(name.slice(basename(path).length + 1)) || 0);
  for (let number = Math.max(...numbers); number > 0; number -= 1)
    if (existsSync(`${path}.${number}`)) renameSync(`${path}.${number}`, `${path}.${number + 1}`);
  return `${path}.1`;
}

function reopen(): void {
  closeSync(fd);
  fd = openSync(path, 'a');
  if (header) writeSync(fd, header);
}

const rotate: Record<string, () => Promise<void>> = {
  async create() {
    renameSync(path, aside());
    closeSync(openSync(path, 'a'));
    if (random.chance(0.5)) {
      // The program writes into the old file until it is told.
      write(random.whole(1, 40));
      await pause(random.whole(0, 50));
      write(random.whole(1, 40));
    }
    reopen();
  },
  async nocreate() {
    renameSync(path, aside());
    await pause(random.whole(0, 300));
    reopen();
  },
  async copytruncate() {
    const from = openSync(path, 'r');
    const to = openSync(aside(), 'wx');
    const chunk = Buffer.alloc(8_192);
    for (let at = 0; ;) {
      const bytes = readSync(from, chunk, 0, chunk.length, at);
      if (bytes === 0) break;
      writeSync(to, chunk, 0, bytes);
      at += bytes;
      if (random.chance(0.3)) await pause(random.whole(0, 30));
      if (random.chance(0.3)) write(3);
    }
    if (random.chance(0.5)) write(random.whole(1, 20), true);
    if (random.chance(0.5)) await pause(random.whole(0, 60));
    ftruncateSync(fd, 0);
    closeSync(to);
    closeSync(from);
    if (header) writeSync(fd, header);
  },
};

if (header) writeSync(fd, header);
while (!isTold) {
  write(random.whole(1, 30));
  if (random.chance(0.7)) await pause(random.whole(0, 50));
  if (random.chance(0.06)) await rotate[mode]?.();
}
process.stdout.write(JSON.stringify({ written, inWindow, rotations, hasHeader, isDated }));
