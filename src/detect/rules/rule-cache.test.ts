import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createEvaluator, createIndex, linkRules, type ParsedDocument } from '../../standards/sigma/index.ts';
import { readRules } from './read-rules.ts';
import { openRuleCache } from './rule-cache.ts';

const dir = mkdtempSync(join(tmpdir(), 'fb-rule-cache-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const rules = join(dir, 'rules.yml');
const file = join(dir, 'cache/rules');

const rule = (value: string) => `title: one
logsource: { product: windows }
detection:
  one: { Image|endswith: '${value}', Path: '/*/temp/?.exe', Keys|contains|all: [a, b] }
  not_it: { User: null }
  condition: one and not not_it
---
title: two
logsource: { product: windows }
detection: { one: { CommandLine|re: '(?i)whoami' }, condition: one }
`;

async function read(): Promise<{ documents: ParsedDocument[]; found: number }> {
  const cache = await openRuleCache(file);
  let found = 0;
  const counting: typeof cache = {
    ...cache,
    find(...asked) {
      const documents = cache.find(...asked);
      if (documents) found += 1;
      return documents;
    },
  };
  const documents = await readRules([rules], {}, counting);
  await cache.save();
  return { documents, found };
}

beforeEach(() => {
  rmSync(join(dir, 'cache'), { recursive: true, force: true });
  writeFileSync(rules, rule('\\cmd.exe'));
});

describe('the cache of read rules', () => {
  test('gives the same documents as reading, and rules that match the same', async () => {
    const first = await read();
    const second = await read();
    expect([first.found, second.found]).toEqual([0, 1]);
    expect(second.documents).toEqual(first.documents);
    const event = { Image: 'C:\\X\\CMD.EXE', Path: '/a/b/temp/x.exe', Keys: ['xa', 'by'], User: 'me' };
    for (const { documents } of [first, second])
      for (const create of [createEvaluator, createIndex])
        expect(create(linkRules(documents).rules).evaluate(event, [{ product: 'windows' }])).toHaveLength(1);
  });

  test('knows a changed file, another place and other placeholders from what it has', async () => {
    const { documents } = await read();
    writeFileSync(rules, rule('\\pwsh.exe'));
    const changed = await read();
    expect(changed.found).toBe(0);
    expect(changed.documents[0]?.hash).not.toBe(documents[0]?.hash);
    const cache = await openRuleCache(file);
    const text = readFileSync(rules, 'utf8');
    expect(cache.find(text, 'elsewhere.yml', {})?.map(({ read: one }) => one?.header.file)).toEqual([
      'elsewhere.yml',
      'elsewhere.yml',
    ]);
    expect(cache.find(text, rules, { admins: ['root'] })).toBeUndefined();
  });

  test('forgets what is no longer read', async () => {
    await read();
    const before = readFileSync(rules, 'utf8');
    writeFileSync(rules, rule('\\pwsh.exe'));
    await read();
    expect((await openRuleCache(file)).find(before, rules, {})).toBeUndefined();
  });

  test('keeps no file with a problem: its place is told each time', async () => {
    writeFileSync(rules, `${rule('x')}---\ntitle: broken\nlogsource: {}\ndetection: { condition: none }\n`);
    await read();
    const again = await read();
    expect(again.found).toBe(0);
    expect(again.documents.at(-1)?.problems[0]?.error.where?.line).toBeGreaterThan(10);
  });

  test('is empty when it is damaged', async () => {
    await read();
    const bytes = readFileSync(file);
    bytes[bytes.length - 5] = (bytes.at(-5) ?? 0) ^ 1;
    writeFileSync(file, bytes);
    expect((await read()).found).toBe(0);
    writeFileSync(file, 'short');
    expect((await read()).found).toBe(0);
    expect((await read()).found).toBe(1);
  });
});
