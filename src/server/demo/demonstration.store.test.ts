import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { createIngest } from '../../ingest/index.ts';
import {
  createContainments,
  createEnforcement,
  loadPolicies,
  unaidedSettings,
  verificationOf,
} from '../../respond/index.ts';
import { testDatabase } from '../../../test/database.ts';
import { tellFigure } from '../../../test/packet-filter.ts';
import { until } from '../../../test/until.ts';
import { enforcerCommand } from '../enforcer-command.ts';
import { addresses } from './auth-line.ts';
import { closeDemonstrationIncidents } from './close-incidents.ts';
import { createDemonstration } from './create-demonstration.ts';

const dir = mkdtempSync(join(tmpdir(), 'fb-demo-'));
const stopFile = join(dir, 'STOP');
const db = await testDatabase();
const settings = unaidedSettings({
  db,
  clock: systemClock,
  log: silentLog,
  policies: loadPolicies([join(import.meta.dirname, '../../../content/policies')]),
  stopFile,
});
const enforcement = createEnforcement({
  db,
  clock: systemClock,
  log: silentLog,
  holder: 'test',
  stopFile,
  witness: { areAlive: async (_tx, questions) => questions.map(() => false), tellIneffective: async () => {} },
});
const containments = createContainments(settings, (change) => enforcement.push(change));
const ingest = createIngest({ db, clock: systemClock, log: silentLog });
const demonstration = createDemonstration({
  closeIncidents: () => closeDemonstrationIncidents(db, systemClock),
  ingest,
  enforcement,
  containments,
  dir: join(dir, 'demo'),
  host: 'test',
  enforcerCommand: (kind, recordFile) =>
    enforcerCommand({ kind, stopFile, uid: process.getuid?.(), isContained: true, ...(recordFile && { recordFile }) }),
  clock: systemClock,
  log: silentLog,
});
afterAll(async () => {
  await demonstration.stop();
  await ingest.stopAll();
  await enforcement.stop();
  rmSync(dir, { recursive: true, force: true });
});

const lines = () => readFileSync(join(dir, 'demo/auth.log'), 'utf8').trim().split('\n');
const turn = async () => {
  await enforcement.turn();
  await containments.turn();
};

it('shows a real attack, contained, released and removed', { timeout: 60_000 }, async () => {
  const started = await demonstration.start();
  expect(started.state).toBe('running');
  await until(() => lines().length >= 5, { what: 'five failed logons' });
  expect(lines()[0]).toMatch(
    / firebreak-demo sshd\[\d+\]: Failed password for root from 203\.0\.113\.66 port \d+ ssh2$/,
  );

  const ordered = await containments.request({
    tenantId: 'default',
    siteId: 'default',
    kind: 'deny-address',
    target: addresses.attacker,
    requestedBy: 'user--1',
    severityId: 4,
    durationS: 600,
    reason: 'The test contains the demonstration.',
    isDemonstration: true,
  });
  const { id } = ordered.containment;
  const shown = async () => {
    await turn();
    return containments.byId(db.read, id);
  };
  if (started.enforcement !== 'nftables') {
    tellFigure(`SKIPPED: the drop of packets (${started.detail})`);
    await until(async () => (await shown())?.status === 'unverifiable', { what: 'the recorder' });
    await demonstration.remove();
    return;
  }
  await until(
    async () => {
      const containment = await shown();
      return containment?.status === 'in_force' && verificationOf(containment.verification) === 'verified';
    },
    { what: 'a verified containment' },
  );
  await until(async () => (await demonstration.state()).state === 'done', { what: 'an attacker without answers' });
  expect((await demonstration.state()).detail).toContain('the bystander’s connection lives');
  const cutAt = lines().length;

  await containments.release(id, { actor: 'user--1', reason: 'enough' });
  await until(async () => (await shown())?.status === 'released', { what: 'the release' });
  await until(() => lines().length > cutAt, { what: 'the attack to go on after the release' });

  expect(await demonstration.remove()).toMatchObject({ state: 'absent', enforcement: null, source_id: null });
  expect(existsSync(join(dir, 'demo'))).toBe(false);
  expect((await ingest.sources.list()).filter((source) => source.is_demonstration)).toEqual([]);
});
