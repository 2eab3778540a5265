import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { canFilterPackets, systemPath as env, tellFigure } from '../../test/packet-filter.ts';
import { until } from '../../test/until.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { Enforcer } from '../../src/connector/index.ts';
import { createNftables } from './nftables.ts';

/** Real CAP_NET_ADMIN needs no user namespace: there the socket's buffer may grow, as on a host. */
const isRoot = process.getuid?.() === 0;
const unshare = isRoot ? ['-n'] : ['-rn'];
const canRun = canFilterPackets('the nftables connector', unshare);

describe.skipIf(!canRun)('nftables in a namespace of its own', () => {
  const holder = spawn('unshare', [...unshare, 'sleep', '300'], { env, stdio: 'ignore' });
  const prefix = [
    'nsenter',
    ...(isRoot ? [] : ['--preserve-credentials', '--user']),
    '--net',
    '--target',
    String(holder.pid),
  ];
  const inside = (...words: string[]) =>
    execFileSync(prefix[0] ?? '', [...prefix.slice(1), ...words], {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const inSeconds = (s: number) => Date.now() + s * 1_000;
  let nft: Enforcer;

  beforeAll(async () => {
    const own = execFileSync('readlink', ['/proc/self/ns/net'], { encoding: 'utf8' });
    await until(
      () => spawnSync('readlink', [`/proc/${holder.pid}/ns/net`], { encoding: 'utf8' }).stdout.trim() !== own.trim(),
    );
    inside('ip', 'link', 'set', 'lo', 'up');
    for (const address of [
      '203.0.113.1/32',
      '203.0.113.66/32',
      '203.0.113.77/32',
      '2001:db8:1:1::1/128',
      '2001:db8:2:2::66/128',
    ])
      inside('ip', 'addr', 'add', address, 'dev', 'lo');
  });
  beforeEach(async () => {
    await nft?.stop();
    nft = createNftables({ clock: systemClock, prefix });
    spawnSync(prefix[0] ?? '', [...prefix.slice(1), 'nft', 'flush', 'ruleset'], { env });
    await nft.start();
  });
  afterAll(async () => {
    await nft?.stop();
    holder.kill('SIGKILL');
  });

  const tables = () => inside('nft', 'list', 'tables').trim();

  it('makes no table before something is denied, and none by reading or letting go', async () => {
    expect(tables()).toBe('');
    expect(await nft.held()).toEqual([]);
    expect(await nft.held(['203.0.113.66'])).toEqual([]);
    await nft.release(['203.0.113.66', '203.0.113.0/28']);
    await nft.deny([]);
    expect(tables()).toBe('');
    await nft.deny([{ target: '203.0.113.66', expiresAt: inSeconds(60) }]);
    expect(tables()).toBe('table inet firebreak');
    expect(await targets()).toEqual(['203.0.113.66']);
    inside('nft', 'delete', 'table', 'inet', 'firebreak');
    await nft.release(['203.0.113.66']);
    expect(tables()).toBe('');
  });

  const targets = async () => (await nft.held()).map(({ target }) => target).sort();

  it('denies, reads back, refreshes, releases; all of it twice', async () => {
    for (const s of [100, 200, 200])
      await nft.deny([
        { target: '203.0.113.66', expiresAt: inSeconds(s) },
        { target: '2001:db8:2:2::/64', expiresAt: inSeconds(s) },
      ]);
    const held = await nft.held();
    expect(held.map(({ target }) => target).sort()).toEqual(['2001:db8:2:2::/64', '203.0.113.66']);
    for (const { expiresAt = 0 } of held) expect(expiresAt).toBeGreaterThan(inSeconds(190));
    expect(await nft.held(['203.0.113.66', '203.0.113.99'])).toMatchObject([{ target: '203.0.113.66' }]);
    await nft.release(['203.0.113.66', '203.0.113.99']);
    await nft.release(['203.0.113.66']);
    expect(await targets()).toEqual(['2001:db8:2:2::/64']);
  });

  it('keeps a smaller range inside a bigger one its own', async () => {
    await nft.deny([
      { target: '198.51.100.0/24', expiresAt: inSeconds(600) },
      { target: '198.51.100.128/25', expiresAt: inSeconds(100) },
      { target: '198.51.100.130', expiresAt: inSeconds(50) },
    ]);
    expect(await targets()).toEqual(['198.51.100.0/24', '198.51.100.128/25', '198.51.100.130']);
    await nft.deny([{ target: '198.51.100.0/24', expiresAt: inSeconds(900) }]);
    await nft.release(['198.51.100.0/24']);
    expect(await targets()).toEqual(['198.51.100.128/25', '198.51.100.130']);
  });

  it('lets go by itself when nobody is there any more', async () => {
    await nft.deny([{ target: '203.0.113.66', expiresAt: Date.now() + 700 }]);
    expect(inside('nft', 'list', 'table', 'inet', 'firebreak')).toContain('203.0.113.66');
    await nft.stop();
    await until(() => !inside('nft', 'list', 'table', 'inet', 'firebreak').includes('203.0.113.66'), {
      timeoutMs: 3_000,
    });
  });

  it('comes back when its table was removed, and takes over what is held when it starts', async () => {
    await nft.deny([{ target: '203.0.113.66', expiresAt: inSeconds(100) }]);
    const next = createNftables({ clock: systemClock, prefix });
    await next.start();
    expect(await next.held(['203.0.113.66'])).toMatchObject([{ target: '203.0.113.66' }]);
    inside('nft', 'flush', 'ruleset');
    expect(await next.held()).toEqual([]);
    await next.deny([{ target: '203.0.113.66', expiresAt: inSeconds(100) }]);
    expect((await next.held()).map(({ target }) => target)).toEqual(['203.0.113.66']);
    await next.stop();
  });

  it('leaves other tables alone', async () => {
    inside('nft', 'add table inet mine; add chain inet mine c');
    await nft.deny([{ target: '203.0.113.66', expiresAt: inSeconds(100) }]);
    await nft.release(['203.0.113.66']);
    expect(inside('nft', 'list', 'tables')).toContain('inet mine');
  });

  it('restores 20,000 denials in one transaction under a second', { timeout: 60_000 }, async () => {
    const denials = Array.from({ length: 20_000 }, (_, index) => ({
      target: `45.0.${index >> 8}.${index & 255}`,
      expiresAt: inSeconds(3_600),
    }));
    const before = performance.now();
    await nft.deny(denials);
    const tookMs = performance.now() - before;
    tellFigure(
      `20,000 denials restored in ${tookMs.toFixed(0)} ms${isRoot ? '' : ' (unprivileged: several transactions)'}.`,
    );
    expect(await nft.held()).toHaveLength(20_000);
    // The promise is for a quiet machine; a busy one gets slack, a quadratic mistake does not.
    expect(tookMs).toBeLessThan(3_000);
    const one = performance.now();
    await nft.deny([{ target: '203.0.113.66', expiresAt: inSeconds(100) }]);
    expect(performance.now() - one).toBeLessThan(500);
  });

  it('knows what was denied and released while a long list was being read', { timeout: 60_000 }, async () => {
    const dir = mkdtempSync(join(tmpdir(), 'fb-nft-'));
    const [isRead, goOn] = [join(dir, 'read'), join(dir, 'go')];
    // A list that is read at once and handed over late.
    const late = `case "$*" in *"list table"*) out=$("$@") || exit; : > ${isRead}; while [ ! -e ${goOn} ]; do sleep 0.05; done; printf %s "$out";; *) exec "$@";; esac`;
    const slow = createNftables({ clock: systemClock, prefix: [...prefix, 'sh', '-c', late, 'sh'] });
    const [before, between] = ['203.0.113.66', '203.0.113.67'];
    try {
      writeFileSync(goOn, '');
      await slow.start();
      const many = Array.from({ length: 2_001 }, (_, n) => ({
        target: `45.0.${n >> 8}.${n & 255}`,
        expiresAt: inSeconds(600),
      }));
      await slow.deny([...many, { target: before, expiresAt: inSeconds(600) }]);
      rmSync(goOn);
      rmSync(isRead, { force: true });
      const listing = slow.held();
      await until(() => existsSync(isRead), { what: 'the list' });
      await slow.deny([{ target: between, expiresAt: inSeconds(600) }]);
      await slow.release([before]);
      writeFileSync(goOn, '');
      expect(await listing).toHaveLength(2_002);
      expect(await slow.held([before, between])).toMatchObject([{ target: between }]);
    } finally {
      writeFileSync(goOn, '');
      await slow.stop();
      rmSync(dir, { recursive: true, force: true });
    }
  });

  describe('packets', () => {
    const peer = `
      const net = require('node:net');
      net.createServer((s) => s.pipe(s).on('error', () => {})).listen(7001, '::', () => {
        const [from, to] = process.argv.slice(1);
        const socket = net.connect({ host: to, port: 7001, localAddress: from }, () => {});
        let n = 0;
        setInterval(() => socket.write('x'), 50);
        socket.on('data', () => process.stdout.write('echo ' + ++n + '\\n'));
        socket.on('error', () => {});
      });`;

    it.each([
      ['203.0.113.66', '203.0.113.1', '203.0.113.66'],
      ['2001:db8:2:2::66', '2001:db8:1:1::1', '2001:db8:2:2::/64'],
      ['203.0.113.77', '203.0.113.1', '203.0.113.76/30'],
    ])(
      'of the established connection %s to %s end with the denial of %s and come back with its release',
      async (from, to, target) => {
        const child = spawn(prefix[0] ?? '', [...prefix.slice(1), process.execPath, '-e', peer, from, to], { env });
        let echoes = 0;
        createInterface({ input: child.stdout }).on('line', (line) => (echoes += line.startsWith('echo') ? 1 : 0));
        try {
          await until(() => echoes > 2, { what: 'an established connection' });
          await nft.deny([{ target, expiresAt: inSeconds(100) }]);
          await until(async () => ((await nft.held())[0]?.droppedPackets ?? 0) > 1, { what: 'dropped packets' });
          const cutAt = echoes;
          await until(async () => ((await nft.held())[0]?.droppedPackets ?? 0) > 3, { what: 'more dropped packets' });
          expect(echoes - cutAt).toBeLessThanOrEqual(1);
          await nft.release([target]);
          await until(() => echoes > cutAt + 2, { what: 'the connection to come back' });
        } finally {
          child.kill('SIGKILL');
        }
      },
    );
  });
});
