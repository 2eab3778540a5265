import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../../test/database.ts';
import { canFilterPackets, systemPath as env } from '../../../test/packet-filter.ts';
import { until } from '../../../test/until.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { createContainments } from '../contain/create-containments.ts';
import { removeStop, writeStop } from '../guard/stop-switch.ts';
import { blindWitness, denyRequest, enforcerCommand, testSettings } from '../test-respond.ts';
import { createEnforcement } from './create-enforcement.ts';
import type { PointSettings } from './points.ts';

const dir = mkdtempSync(join(tmpdir(), 'fb-enforce-'));
const stopFile = join(dir, 'STOP');
const db = await testDatabase();
const settings = testSettings(db, stopFile, { clock: systemClock });
const by = { actor: 'user--1', reason: 'a test' };

function point(id: string, kind: 'nftables' | 'recorder', prefix: string[] = []): PointSettings {
  return {
    id,
    tenantId: 'default',
    siteId: 'default',
    host: 'test',
    kind,
    level: kind === 'nftables' ? 'read_back' : 'published',
    isDemonstration: false,
    command: [...prefix, ...enforcerCommand(kind, stopFile, join(dir, `${id}.jsonl`))],
  };
}

function server(holder: string) {
  const enforcement = createEnforcement({
    db,
    clock: systemClock,
    log: silentLog,
    holder,
    stopFile,
    witness: blindWitness,
  });
  const containments = createContainments(settings, (change) => enforcement.push(change));
  const statusOf = async (id: string) => {
    await enforcement.turn();
    await containments.turn();
    return (await containments.byId(db.read, id))?.status;
  };
  return { enforcement, containments, statusOf };
}

const one = server('one');
afterAll(async () => {
  await one.enforcement.stop();
  rmSync(dir, { recursive: true, force: true });
});

const recorded = (id: string) => readFileSync(join(dir, `${id}.jsonl`), 'utf8');

describe('a recorder', () => {
  it('writes down what it would do, ends unverifiable, and lets go', { timeout: 30_000 }, async () => {
    await one.enforcement.start([point('rec', 'recorder')]);
    const { containment } = await one.containments.request(denyRequest('203.0.113.5'));
    await until(async () => (await one.statusOf(containment.id)) === 'unverifiable');
    expect(recorded('rec')).toContain('"would_deny","target":"203.0.113.5"');
    await one.containments.release(containment.id, by);
    await until(async () => (await one.statusOf(containment.id)) === 'released');
    expect(recorded('rec')).toContain('"would_release","target":"203.0.113.5"');
  });

  it('checks the protected set and the stop file itself, whatever the server says', { timeout: 30_000 }, async () => {
    const { containment } = await one.containments.request(denyRequest('203.0.113.6'));
    await until(async () => (await one.statusOf(containment.id)) === 'unverifiable');
    writeStop(stopFile, { by: 'cli:root', reason: 'test', at: '' });
    one.enforcement.push({
      deny: [
        { containmentId: 'x', target: '127.0.0.1', expiresAt: Date.now() + 60_000, isDemonstration: false },
        { containmentId: 'y', target: '203.0.113.7', expiresAt: Date.now() + 60_000, isDemonstration: false },
      ],
      release: [],
    });
    await one.containments.release(containment.id, by);
    await until(async () => (await one.statusOf(containment.id)) === 'released', { what: 'a release while stopped' });
    expect(recorded('rec')).not.toMatch(/127\.0\.0\.1|203\.0\.113\.7/);
    removeStop(stopFile);
  });

  it('keeps what is being denied anew, whatever was decided before', { timeout: 30_000 }, async () => {
    const target = '203.0.113.9';
    const { containment } = await one.containments.request(denyRequest(target));
    const expiresAt = containment.expires_at?.getTime() ?? 0;
    one.enforcement.push({ deny: [{ containmentId: 'x', target, expiresAt, isDemonstration: false }], release: [] });
    one.enforcement.push({ deny: [], release: [{ target, isDemonstration: false }] });
    await until(async () => (await one.statusOf(containment.id)) === 'unverifiable');
    expect(recorded('rec')).toContain(`"would_deny","target":"${target}"`);
    expect(recorded('rec')).not.toContain(`"would_release","target":"${target}"`);
  });

  it('hears no change before it is restored: that would undo it', { timeout: 30_000 }, async () => {
    const two = server('two');
    await two.enforcement.start([point('rec2', 'recorder')]);
    // The restoring has begun and waits for the database.
    two.enforcement.push({
      deny: [{ containmentId: 'x', target: '203.0.113.11', expiresAt: Date.now() + 60_000, isDemonstration: false }],
      release: [],
    });
    const { containment } = await two.containments.request(denyRequest('203.0.113.10'));
    await until(async () => (await two.statusOf(containment.id)) === 'unverifiable');
    expect(recorded('rec2')).toContain('203.0.113.10');
    expect(recorded('rec2')).not.toContain('203.0.113.11');
    await two.enforcement.remove('rec2');
  });

  it('that is added later holds what it must when it is said to be there', { timeout: 30_000 }, async () => {
    await one.containments.request(denyRequest('203.0.113.9'));
    await one.enforcement.add(point('later', 'recorder'));
    expect(recorded('later')).toContain('"would_deny","target":"203.0.113.9"');
    await one.enforcement.remove('later');
  });

  it('is started again when it dies, and gets what is live', { timeout: 30_000 }, async () => {
    const { containment } = await one.containments.request(denyRequest('203.0.113.8'));
    await until(async () => (await one.statusOf(containment.id)) === 'unverifiable');
    const lines = () => recorded('rec').split('203.0.113.8').length;
    const before = lines();
    const pids = spawnSync('pgrep', ['-f', `${dir}/rec.jsonl`], { encoding: 'utf8' })
      .stdout.trim()
      .split('\n');
    for (const pid of pids) process.kill(Number(pid), 'SIGKILL');
    await until(
      async () => {
        await one.enforcement.turn();
        return lines() > before;
      },
      { what: 'the denial restored' },
    );
  });

  it('belongs to the newest server: the older one stands down', { timeout: 30_000 }, async () => {
    const two = server('two');
    await two.enforcement.start([point('rec', 'recorder')]);
    await until(
      async () => {
        await one.enforcement.turn();
        return (await one.enforcement.states())[0]?.epoch === 2;
      },
      { what: 'the second epoch' },
    );
    const { containment } = await two.containments.request(denyRequest('203.0.113.9'));
    await until(async () => (await two.statusOf(containment.id)) === 'unverifiable');
    await two.enforcement.stop();
  });
});

const canFilter = canFilterPackets('drift in nftables itself');

it.skipIf(!canFilter)(
  'repairs drift in nftables once, then asks; flushing by hand is seen',
  { timeout: 60_000 },
  async () => {
    const three = server('three');
    await three.enforcement.start([point('nft', 'nftables', ['unshare', '-rn'])]);
    const pid =
      spawnSync('pgrep', ['-f', `${dir}/nft.jsonl`], { encoding: 'utf8' })
        .stdout.trim()
        .split('\n')[0] ?? '';
    const inside = (...words: string[]) =>
      spawnSync('nsenter', ['--preserve-credentials', '--user', '--net', '--target', pid, 'nft', ...words], {
        env,
        encoding: 'utf8',
      });
    const { containment } = await three.containments.request(denyRequest('203.0.113.20'));
    const holds = () => inside('list', 'table', 'inet', 'firebreak').stdout.includes('203.0.113.20');
    try {
      await until(async () => (await three.statusOf(containment.id)) === 'in_force');
      expect(holds()).toBe(true);
      expect(inside('flush', 'ruleset').status).toBe(0);
      await until(async () => (await three.statusOf(containment.id)) === 'in_force' && holds(), {
        what: 'the repair',
        timeoutMs: 15_000,
      });
      inside('flush', 'set', 'inet', 'firebreak', 'address4');
      await until(async () => (await three.statusOf(containment.id)) === 'awaiting_approval', {
        what: 'the question',
        timeoutMs: 15_000,
      });
      expect(holds()).toBe(false);
      await three.containments.approve(containment.id, by);
      await until(async () => (await three.statusOf(containment.id)) === 'in_force' && holds(), {
        what: 'the approved denial',
      });
    } finally {
      await three.enforcement.stop();
    }
  },
);
