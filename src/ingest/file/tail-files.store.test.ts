import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { testIngest, type TestIngest } from '../../../test/ingest.ts';
import { until } from '../../../test/until.ts';

let house: TestIngest;
let number = 0;
beforeAll(async () => {
  house = await testIngest();
});

/** Numbered lines, long enough to tell one file's beginning from another's. */
const numbered = (from: number, to: number, word = 'line') =>
  Array.from({ length: to - from }, (_, index) => `${word} ${from + index} ${'.'.repeat(40)}`);
const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');

/** A folder with a watched file; `poll_ms` is long, so that only the watch can be quick, unless a test wants the poll. */
async function watched(settings: { pattern?: string; start_at?: 'end' | 'beginning'; poll_ms?: number } = {}) {
  number += 1;
  const dir = join(house.dir, `case-${number}`);
  mkdirSync(dir);
  const path = join(dir, 'app.log');
  const source = await house.ingest.sources.add({
    kind: 'file',
    name: `files ${number}`,
    path: join(dir, settings.pattern ?? 'app.log'),
    start_at: settings.start_at ?? 'end',
    poll_ms: settings.poll_ms ?? 200,
    rotate_wait_ms: 200,
  });
  const start = () => house.ingest.startSource(source.id);
  const has = async (count: number) => {
    await until(async () => (await house.lines(source.id)).length >= count, { what: `${count} lines` });
    return house.lines(source.id);
  };
  return { dir, path, id: source.id, start, has };
}

describe('a watched file', () => {
  it('begins at its end when it is new to us, at the beginning when it appears later', async () => {
    const { dir, path, start, has } = await watched({ pattern: '*.log' });
    writeFileSync(path, text(numbered(0, 5)));
    await start();
    appendFileSync(path, text(numbered(5, 7)));
    writeFileSync(join(dir, 'later.log'), text(numbered(100, 102)));
    expect((await has(4)).toSorted()).toEqual([...numbered(100, 102), ...numbered(5, 7)].toSorted());
  });

  it('keeps a partial line back until its newline comes', async () => {
    const { path, id, start, has } = await watched();
    writeFileSync(path, '');
    await start();
    appendFileSync(path, 'whole\nhalf');
    expect(await has(1)).toEqual(['whole']);
    appendFileSync(path, ' and half\n');
    expect(await has(2)).toEqual(['whole', 'half and half']);
    expect((await house.events(id)).map((event) => event.uid.split(':').at(-1))).toEqual(['0', '6']);
  });

  it('loses and doubles nothing when it is renamed while it is written', async () => {
    const { path, start, has } = await watched();
    writeFileSync(path, '');
    await start();
    const lines = numbered(0, 900);
    for (let round = 0; round < 3; round += 1) {
      appendFileSync(path, text(lines.slice(round * 300, round * 300 + 200)));
      renameSync(path, `${path}.${round}`);
      // The writer still holds the old file until it is told to open the new one.
      appendFileSync(`${path}.${round}`, text(lines.slice(round * 300 + 200, round * 300 + 290)));
      appendFileSync(`${path}.${round}`, lines.slice(round * 300 + 290, round * 300 + 300).join('\n'));
      writeFileSync(path, '');
    }
    expect((await has(900)).toSorted()).toEqual(lines.toSorted());
  });

  it('reads on after copy and truncate, and takes what it had not read from the copy', async () => {
    const { path, start, has } = await watched();
    writeFileSync(path, '');
    await start();
    appendFileSync(path, text(numbered(0, 50)));
    await has(50);
    // Not read yet when it is copied: both happen in one turn of this loop.
    appendFileSync(path, text(numbered(50, 80)));
    copyFileSync(path, `${path}.1`);
    truncateSync(path);
    appendFileSync(path, text(numbered(80, 200)));
    expect((await has(200)).toSorted()).toEqual(numbered(0, 200).toSorted());
  });

  it('begins anew after a truncation, also when the new content is longer at once', async () => {
    const { path, start, has } = await watched();
    writeFileSync(path, '');
    await start();
    appendFileSync(path, text(numbered(0, 3)));
    await has(3);
    writeFileSync(path, text(numbered(3, 20, 'anew')));
    expect(await has(20)).toEqual([...numbered(0, 3), ...numbered(3, 20, 'anew')]);
  });

  it('goes on where it stopped: lines, a rotation and a partial line meanwhile', async () => {
    const { path, id, start, has } = await watched();
    writeFileSync(path, text(numbered(0, 2)));
    await start();
    appendFileSync(path, text(numbered(2, 10)) + 'par');
    await has(8);
    await house.restart();
    appendFileSync(path, 'tial\n' + text(numbered(10, 20)));
    renameSync(path, `${path}.1`);
    writeFileSync(path, text(numbered(20, 30)));
    await start();
    expect((await has(29)).toSorted()).toEqual([...numbered(2, 30), 'partial'].toSorted());
    await house.restart();
    await start();
    appendFileSync(path, text(numbered(30, 31)));
    await has(30);
    expect((await house.lines(id)).length).toBe(30);
  });

  it('reads the file that was made and rotated away while it was stopped', async () => {
    const { path, start, has } = await watched();
    writeFileSync(`${path}.1`, text(numbered(0, 5, 'before our time')));
    utimesSync(`${path}.1`, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
    writeFileSync(path, '');
    await start();
    appendFileSync(path, text(numbered(0, 10)));
    await has(10);
    await house.restart();
    renameSync(`${path}.1`, `${path}.3`);
    renameSync(path, `${path}.2`);
    writeFileSync(`${path}.1`, text(numbered(10, 20)));
    copyFileSync(`${path}.1`, `${path}.1.gz`);
    writeFileSync(path, text(numbered(20, 30)));
    await start();
    expect((await has(30)).toSorted()).toEqual(numbered(0, 30).toSorted());
  });

  it('takes what was copied away while it was stopped from the copy', async () => {
    const { path, start, has } = await watched({ start_at: 'beginning' });
    writeFileSync(path, text(numbered(0, 10)));
    await start();
    await has(10);
    await house.restart();
    appendFileSync(path, text(numbered(10, 15)));
    copyFileSync(path, `${path}.1`);
    truncateSync(path);
    appendFileSync(path, text(numbered(15, 17)));
    await start();
    expect((await has(17)).toSorted()).toEqual(numbered(0, 17).toSorted());
  });

  it('tells files with the same header apart, and a backup copy from a rotated file', async () => {
    const { dir, path, id, start, has } = await watched({ start_at: 'beginning' });
    const header = '#Fields: date time\n'.repeat(100);
    writeFileSync(path, header + text(numbered(0, 100)));
    await start();
    await has(200);
    await house.restart();
    copyFileSync(path, `${path}.bak`);
    renameSync(path, `${path}.2`);
    writeFileSync(`${path}.1`, header + text(numbered(100, 200)));
    writeFileSync(path, header);
    await start();
    appendFileSync(path, text(numbered(200, 300)));
    await has(600);
    await house.restart();
    unlinkSync(`${path}.2`);
    writeFileSync(join(dir, 'app-20261121.log'), header + text(numbered(300, 400)));
    await start();
    await has(800);
    appendFileSync(path, text(numbered(400, 401)));
    const lines = await has(801);
    expect(lines.filter((line) => !line.startsWith('#')).toSorted()).toEqual(numbered(0, 401).toSorted());
    expect((await house.lines(id)).length).toBe(801);
  });

  it('tells a reused inode from the file that had it', async () => {
    const { path, id, start, has } = await watched({ start_at: 'beginning' });
    writeFileSync(path, text(numbered(0, 10)));
    await start();
    await has(10);
    await house.restart();
    unlinkSync(path);
    writeFileSync(path, text(numbered(10, 25, 'another')));
    await start();
    expect((await has(25)).toSorted()).toEqual([...numbered(0, 10), ...numbered(10, 25, 'another')].toSorted());
    const uids = (await house.events(id)).map((event) => event.uid);
    expect(new Set(uids).size).toBe(25);
  });

  it('reads by a pattern and never reads a rotated file of it again', async () => {
    const { dir, path, start, has, id } = await watched({ pattern: 'app*' });
    writeFileSync(path, '');
    await start();
    appendFileSync(path, text(numbered(0, 10)));
    await has(10);
    renameSync(path, join(dir, 'app.log.1'));
    writeFileSync(path, text(numbered(10, 20)));
    await has(20);
    copyFileSync(path, join(dir, 'app.log-20261121'));
    writeFileSync(join(dir, 'app.log.2.gz'), 'packed\n');
    writeFileSync(join(dir, 'app-other.log'), text(numbered(20, 21)));
    await has(21);
    await house.restart();
    await start();
    appendFileSync(path, text(numbered(21, 22)));
    await has(22);
    expect((await house.lines(id)).toSorted()).toEqual(numbered(0, 22).toSorted());
  });

  it('follows a link to a file elsewhere', async () => {
    const { dir, path, start, has } = await watched({ poll_ms: 60_000 });
    mkdirSync(join(dir, 'real'));
    writeFileSync(join(dir, 'real', 'target.log'), '');
    symlinkSync(join(dir, 'real', 'target.log'), path);
    await start();
    appendFileSync(path, 'through the link\n');
    expect(await has(1)).toEqual(['through the link']);
  });

  it('sees a folder that was made anew', async () => {
    const { dir, path, start, has } = await watched();
    await start();
    rmSync(dir, { recursive: true });
    mkdirSync(dir);
    writeFileSync(path, 'first\n');
    await has(1);
    appendFileSync(path, 'second\n');
    expect(await has(2)).toEqual(['first', 'second']);
  });
});

describe('bad input', () => {
  it('cuts a 10 MB line, marks it, and reads the next one right', async () => {
    const { path, id, start, has } = await watched();
    writeFileSync(path, '');
    await start();
    appendFileSync(path, `${'x'.repeat(10_000_000)}\nnext\n`);
    await has(2);
    const [long, next] = await house.events(id);
    expect(long?.raw_data.length).toBe(65_536);
    expect(long?.truncated_from_bytes).toBe(10_000_000);
    expect(next).toMatchObject({ raw_data: 'next' });
    expect(next).not.toHaveProperty('truncated_from_bytes');
  });

  it('replaces binary bytes and marks the event', async () => {
    const { path, id, start, has } = await watched();
    writeFileSync(path, '');
    await start();
    appendFileSync(path, Buffer.from([0x61, 0xff, 0x00, 0x62, 0x0a, 0xc3, 0xa9, 0x0d, 0x0a]));
    await has(2);
    const [binary, clean] = await house.events(id);
    expect(binary).toMatchObject({ raw_data: 'a\uFFFD\uFFFDb', is_binary: true });
    expect(clean?.raw_data).toBe('é');
    expect(clean).not.toHaveProperty('is_binary');
  });

  it('names what cannot be read, tries again, and clears the problem', async () => {
    const { path, id, start, has } = await watched();
    const problem = async () => (await house.ingest.sources.byId(id))?.problem?.code;
    await start();
    await until(async () => (await problem()) === 'INGEST.FILE_MISSING');
    symlinkSync(path, path);
    await until(async () => (await problem()) === 'INGEST.FILE_UNREADABLE');
    unlinkSync(path);
    mkdirSync(path);
    await until(async () => (await problem()) === 'INGEST.NOT_A_FILE');
    rmSync(path, { recursive: true });
    // A pipe would block whoever opens it to read.
    execFileSync('mkfifo', [path]);
    await until(async () => (await problem()) === 'INGEST.NOT_A_FILE');
    unlinkSync(path);
    writeFileSync(path, 'at last\n');
    expect(await has(1)).toEqual(['at last']);
    await until(async () => (await problem()) === undefined);
  });
});
