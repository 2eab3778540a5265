import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { migrationsDir, testDatabase } from '../../test/database.ts';
import { schemaText } from '../../test/schema-text.ts';

test('test/schema.sql is the schema that the migrations make', async () => {
  const db = await testDatabase();
  const text = await schemaText(db.pool);
  const golden = join(migrationsDir, '../test/schema.sql');
  if (process.env['UPDATE_GOLDEN']) writeFileSync(golden, text);
  expect(text, 'UPDATE_GOLDEN=1 npx vitest run src/db/schema writes it anew').toBe(readFileSync(golden, 'utf8'));
});
