import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { testDatabase } from '../../test/database.ts';
import {
  assetFor,
  assetsFor,
  assetsWithRoles,
  identitiesFor,
  importAssets,
  indicatorsFor,
  readWarningLists,
  upsertIdentities,
  upsertIndicators,
} from './index.ts';

const db = await testDatabase();
const place = { tenant_id: 'default', site_id: 'default' };
const source = (text: string) => ({ text, file: 'assets.csv', tenantId: 'default', siteId: 'default' });

describe('assets', () => {
  test('are imported from CSV, found by address and name, and replaced by the next import', async () => {
    const text = [
      'id,name,addresses,hosts,roles,importance,owner',
      'dc1,"Main, domain controller",10.0.0.2 ::ffff:10.0.0.3,DC1 dc1.example,domain_controller,4,it',
      '',
      'scan,"The ""scanner""",10.0.0.9,,scanner,,',
    ].join('\r\n');
    expect(await importAssets(db.read, source(text), 1_000)).toBe(2);
    expect(await assetFor(db.read, { ...place, type: 'host', value: 'dc1' })).toEqual({
      ...place,
      id: 'dc1',
      name: 'Main, domain controller',
      owner: 'it',
      roles: ['domain_controller'],
      importance: 4,
      addresses: ['10.0.0.2', '10.0.0.3'],
      hosts: ['dc1', 'dc1.example'],
    });
    const found = await assetsFor(db.read, [
      { ...place, type: 'ip', value: '10.0.0.9' },
      { ...place, type: 'ip', value: '10.0.0.1' },
      { ...place, site_id: 'branch', type: 'ip', value: '10.0.0.2' },
    ]);
    expect(found.map((asset) => [asset.name, asset.key_value, asset.importance])).toEqual([
      ['The "scanner"', '10.0.0.9', 2],
    ]);
    expect((await assetsWithRoles(db.read, 'default', ['scanner', 'vpn'])).map((asset) => asset.id)).toEqual(['scan']);
    await importAssets(db.read, source('id,addresses\nscan,10.0.0.2'), 2_000);
    expect((await assetFor(db.read, { ...place, type: 'ip', value: '10.0.0.2' }))?.id).toBe('scan');
    expect(await assetFor(db.read, { ...place, type: 'ip', value: '10.0.0.9' })).toBeUndefined();
  });

  test('a bad line names file and line, and nothing of the file is taken', async () => {
    for (const [text, line] of [
      ['name\nx', 1],
      ['id,colour\nx,red', 1],
      ['id,importance\na,2\nb,9', 3],
      ['id,addresses\nb,not-an-address', 2],
      ['id,roles\nb,Domain Controller', 2],
      ['id,name\nb,"open', 2],
      ['id\nnew\nnew', 3],
    ] as const)
      await expect(importAssets(db.read, source(text), 0)).rejects.toMatchObject({
        code: 'CONTEXT.BAD_ASSET_FILE',
        where: { file: 'assets.csv', line },
      });
    expect((await assetsWithRoles(db.read, 'default', [])).map((asset) => asset.id)).toEqual([]);
  });
});

test('identities are found without regard to case', async () => {
  const identity = { tenant_id: 'default', name: 'Svc-Backup', roles: ['service'], owner: null };
  await upsertIdentities(db.read, [identity], 0);
  await upsertIdentities(db.read, [{ ...identity, roles: ['service', 'admin'] }], 0);
  expect(await identitiesFor(db.read, 'default', ['SVC-BACKUP', 'root'])).toEqual([
    { ...identity, name: 'svc-backup', roles: ['service', 'admin'] },
  ]);
});

test('indicators count while they are valid, the surest first', async () => {
  const from = new Date(1_000);
  const base = { tenant_id: 'default', type: 'ip' as const, value: '203.0.113.7', source: 'test', valid_from: from };
  await upsertIndicators(
    db.read,
    [
      { ...base, id: 'a', confidence: 40, valid_until: null },
      { ...base, id: 'b', confidence: 90, valid_until: new Date(5_000) },
    ],
    0,
  );
  const ids = async (atMs: number) =>
    (await indicatorsFor(db.read, 'default', [{ type: 'ip', value: '203.0.113.7' }], atMs)).map((one) => one.id);
  expect(await ids(500)).toEqual([]);
  expect(await ids(2_000)).toEqual(['b', 'a']);
  expect(await ids(5_000)).toEqual(['a']);
});

describe('warning lists', () => {
  test('ours know the well-known resolvers, by address and by a range that has them', async () => {
    const lists = await readWarningLists(resolve(import.meta.dirname, '../../content/lists'));
    expect(lists.warningsOf('8.8.8.8')[0]).toMatchObject({ list: 'public-resolvers', range: '8.8.8.8/32' });
    expect(lists.warningsOf('2620:fe::/64').map((warning) => warning.range)).toEqual([
      '2620:fe::9/128',
      '2620:fe::fe/128',
    ]);
    expect(lists.warningsOf('203.0.113.7')).toEqual([]);
  });

  test('a wide range is found from inside and around; a bad list names its file', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'firebreak-lists-'));
    const list = { name: 'own', title: 'Own', reason: 'It is ours.', ranges: ['198.51.100.0/24'] };
    writeFileSync(join(dir, 'own.json'), JSON.stringify(list));
    const lists = await readWarningLists(dir);
    expect(lists.warningsOf('198.51.100.9')).toHaveLength(1);
    expect(lists.warningsOf('198.51.0.0/16')).toHaveLength(1);
    expect(lists.warningsOf('2001:db8::1')).toEqual([]);
    writeFileSync(join(dir, 'bad.json'), JSON.stringify({ ...list, ranges: ['300.1.1.1'] }));
    await expect(readWarningLists(dir)).rejects.toMatchObject({ code: 'CONTEXT.BAD_WARNING_LIST' });
  });
});
