import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { migrationsDir, testDatabase } from '../../test/database.ts';
import { schemaTexts } from '../../test/schema-text.ts';

const goldens = join(migrationsDir, '../test/schema');
const texts = await schemaTexts((await testDatabase()).pool);
if (process.env['UPDATE_GOLDEN']) {
  rmSync(goldens, { recursive: true, force: true });
  mkdirSync(goldens);
  for (const [room, text] of texts) writeFileSync(join(goldens, `${room}.sql`), text);
}

test.each([...texts])('test/schema/%s.sql is what the migrations make for the room', (room, text) => {
  const golden = readFileSync(join(goldens, `${room}.sql`), 'utf8');
  expect(text, 'UPDATE_GOLDEN=1 npx vitest run src/db/schema writes it anew').toBe(golden);
});

test('test/schema shows no room that has no tables', () => {
  expect(readdirSync(goldens).sort()).toEqual([...texts.keys()].map((room) => `${room}.sql`).sort());
});
