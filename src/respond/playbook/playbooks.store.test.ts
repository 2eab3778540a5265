import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../../test/database.ts';
import { silentLog } from '../../base/log.ts';
import { actionNames } from '../engine/actions/respond-actions.ts';
import { createPlaybooks } from './playbooks.ts';
import { playbookBody } from './store.ts';

const db = await testDatabase();
const folder = mkdtempSync(join(tmpdir(), 'firebreak-playbooks-'));
afterAll(() => rmSync(folder, { recursive: true }));
const shipped = join(import.meta.dirname, '../../../content/playbooks/contain-attack-source.json');
const good = join(folder, 'good.json');
const bad = join(folder, 'bad.json');
copyFileSync(shipped, good);

describe('the playbooks of a folder', () => {
  const playbooks = createPlaybooks({
    db,
    folders: [folder, join(folder, 'absent')],
    actions: actionNames,
    log: silentLog,
  });

  it('are loaded and kept as immutable versions; bad ones are named and left out', async () => {
    const text = readFileSync(shipped, 'utf8');
    writeFileSync(bad, text.replaceAll('"on_completion": "action--0a6e3f91', '"on_completion": "action--0a6e3f92'));
    await playbooks.reload();
    const [playbook, ...more] = playbooks.current();
    expect(more).toEqual([]);
    expect(playbook?.file).toBe(good);
    expect(await playbookBody(db.read, 'default', playbook?.id ?? '', playbook?.version ?? '')).toEqual(playbook?.body);
    const rejected = playbooks.rejected().find((one) => one.file === bad);
    expect(rejected?.message).toMatch(/There is no step action--0a6e3f92/);
    expect(rejected?.line).toBeGreaterThan(1);
    expect(playbooks.rejected().some((one) => one.file.endsWith('absent'))).toBe(true);
  });

  it('keep the last good version of a file that was broken since', async () => {
    writeFileSync(good, '{ torn');
    await playbooks.reload();
    expect(playbooks.current()).toHaveLength(1);
    expect(playbooks.rejected().some((one) => one.file === good)).toBe(true);
  });

  it('do not change behind the back of a version', async () => {
    const value: Record<string, unknown> = JSON.parse(readFileSync(shipped, 'utf8'));
    value['name'] = 'Another name';
    writeFileSync(good, JSON.stringify(value));
    await playbooks.reload();
    expect(playbooks.current()[0]?.name).toBe('Contain the source of an attack');
    expect(playbooks.rejected().find((one) => one.file === good)?.message).toMatch(/known with another content/);
    value['modified'] = '2026-11-22T00:00:00.000Z';
    writeFileSync(good, JSON.stringify(value));
    await playbooks.reload();
    expect(playbooks.current()[0]).toMatchObject({ name: 'Another name', version: '2026-11-22T00:00:00.000Z' });
  });

  it('go when their file goes', async () => {
    rmSync(good);
    await playbooks.reload();
    expect(playbooks.current()).toEqual([]);
  });
});
