import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { roomTable } from './room-table.ts';
import { roomOf, rooms, trespass } from './rooms.ts';

const root = join(import.meta.dirname, '..');
const skipped = new Set(['node_modules', 'dist', 'data', '.git', 'golden', 'samples', 'fixtures']);

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [relative(root, path)];
  });
}

const files = ['src', 'connectors', 'console', 'tools', 'test', 'bench', 'e2e', 'cases', 'lab', 'bin'].flatMap(
  (folder) => filesBelow(join(root, folder)),
);
const code = files.filter((file) => /\.(ts|tsx|mjs|css|sql)$/.test(file));
const read = (file: string) => readFileSync(join(root, file), 'utf8');

describe('the map', () => {
  test('every folder of src is a room of tools/rooms.ts, and no room is missing', () => {
    const found = new Set(code.map((file) => roomOf(file)).filter((room) => room !== undefined));
    expect([...found].filter((room) => !rooms[room])).toEqual([]);
    expect(Object.keys(rooms).filter((room) => !found.has(room))).toEqual([]);
  });

  test('the rooms import each other in one direction', () => {
    const done = new Set<string>();
    const visit = (room: string, trail: readonly string[]): void => {
      if (trail.includes(room)) throw new Error(`a circle: ${[...trail, room].join(' → ')}`);
      if (done.has(room)) return;
      for (const next of rooms[room]?.imports ?? []) visit(next, [...trail, room]);
      done.add(room);
    };
    for (const room of Object.keys(rooms)) visit(room, []);
    expect(done.size).toBe(Object.keys(rooms).length);
  });

  test('ARCHITECTURE.md shows the table that tools/rooms.ts holds', () => {
    const shown = /<!-- rooms -->\n([\s\S]*?)<!-- \/rooms -->/.exec(read('ARCHITECTURE.md'))?.[1];
    expect(shown).toBe(roomTable());
  });
});

const importPattern = /(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g;

function trespassesOf(file: string, text: string): string[] {
  return [...text.matchAll(importPattern)].flatMap(([, specifier = '']) => {
    const target = relative(root, join(root, file, '..', specifier));
    if (file.endsWith('.test.ts') && target.startsWith('test/')) return [];
    const message = trespass(file, target);
    return message ? [`${file}: ${message}`] : [];
  });
}

describe('the walls', () => {
  test('nobody trespasses', () => {
    expect(code.filter((file) => /\.tsx?$/.test(file)).flatMap((file) => trespassesOf(file, read(file)))).toEqual([]);
  });

  test.each([
    ['src/detect/planted.ts', "import { x } from '../triage/index.ts';", 'detect/ may not import triage/'],
    ['src/triage/planted.ts', "export * from '../detect/store.ts';", 'enter detect/ by its door'],
    ['connectors/sshd/planted.ts', "import x from '../suricata/format.ts';", 'connectors/ may not import connectors/'],
    ['console/src/planted.tsx', "import x from '../../src/db/index.ts';", 'console/ may not import db/'],
    ['src/cli/planted.ts', "const x = await import('../server/main.ts');", 'cli/ may not import server/'],
    ['src/base/planted.ts', "import x from '../schema/event.ts';", 'base/ may not import schema/'],
  ])('a planted trespass is caught: %s', (file, text, message) => {
    expect(trespassesOf(file, text).join()).toContain(message);
  });
});

describe('one table, one writer', () => {
  const owner = new Map(
    Object.entries(rooms).flatMap(([room, { owns }]) => (owns ?? []).map((table) => [table, room] as const)),
  );
  const writes = /\b(?:insert\s+into|update|delete\s+from|truncate(?:\s+table)?)\s+(?:only\s+)?([a-z_]+)\b/gi;

  function strangersIn(file: string, text: string): string[] {
    const room = roomOf(file);
    return [...text.matchAll(writes)].flatMap(([, table = '']) => {
      const home = owner.get(table);
      return home && room !== home ? [`${file} writes ${table}, which belongs to ${home}`] : [];
    });
  }

  const created = new Map(
    code
      .filter((file) => file.endsWith('.sql') && file.startsWith('migrations/'))
      .concat(filesBelow(join(root, 'migrations')))
      .flatMap((file) =>
        [...read(file).matchAll(/create table (?:if not exists )?([a-z_]+)\s*\(/gi)].map(
          ([, table = '']) => [table, file] as const,
        ),
      ),
  );

  test('every table of the migrations has one owner in tools/rooms.ts', () => {
    expect([...created.keys()].filter((table) => !owner.has(table))).toEqual([]);
    expect([...owner.keys()].filter((table) => !created.has(table) && table !== 'migrations')).toEqual([]);
  });

  test('no room writes the table of another', () => {
    expect(
      code
        .filter((file) => /^(src|connectors)\/.*\.ts$/.test(file) && !file.endsWith('.test.ts'))
        .flatMap((file) => strangersIn(file, read(file))),
    ).toEqual([]);
  });

  test('a planted foreign write is caught', () => {
    expect(strangersIn('src/triage/planted.ts', 'sql`update findings set status_id = 4`')).toHaveLength(1);
  });
});

describe('caps', () => {
  const banned = /^(utils?|helpers?|common|misc|manager|service|impl)$/;

  function breaches(file: string, lines: number): string[] {
    const parts = file.split('/');
    const name = parts.at(-1)?.split('.')[0] ?? '';
    const below = parts.length - 2;
    return [
      ...(lines > 400 ? [`${file} has ${lines} lines; the cap is 400`] : []),
      ...(below > 3 ? [`${file} lies ${below} folders deep; the cap is 3`] : []),
      ...([...parts.slice(0, -1), name].some((part) => banned.test(part))
        ? [`${file} has a name that says nothing`]
        : []),
    ];
  }

  test('no file is longer than 400 lines, deeper than three folders or vaguely named', () => {
    expect(code.flatMap((file) => breaches(file, read(file).split('\n').length - 1))).toEqual([]);
  });

  test('no folder holds more than 20 files beside its tests', () => {
    const count = new Map<string, number>();
    for (const file of code.filter((path) => !/\.(test|bench)\./.test(path))) {
      const folder = file.slice(0, file.lastIndexOf('/'));
      count.set(folder, (count.get(folder) ?? 0) + 1);
    }
    expect([...count].filter(([, files]) => files > 20)).toEqual([]);
  });

  test('half of the files are about 100 lines or shorter', () => {
    const sizes = code.map((file) => read(file).split('\n').length).toSorted((a, b) => a - b);
    expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThanOrEqual(120);
  });

  test.each([
    ['src/a/b/c/d/e.ts', 1],
    ['src/base/utils.ts', 1],
    ['src/base/long.ts', 401],
  ])('a planted breach is caught: %s', (file, lines) => {
    expect(breaches(file, lines)).not.toEqual([]);
  });
});

test('the gates look at something', () => {
  expect(code.length).toBeGreaterThan(100);
  expect(statSync(join(root, 'tools/rooms.ts')).size).toBeGreaterThan(0);
});
