import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { fakeClock } from '../base/clock.ts';
import type { Denial, Enforcer, HeldDenial } from './enforcer.ts';
import { createEnforcerSession, type EnforcerSession } from './enforcer-session.ts';
import { decodeFromEnforcer, decodeToEnforcer, lineSplitter, maxLineBytes } from './enforcer-wire.ts';
import { compiledProtection, overlaps } from './protection.ts';

const clock = fakeClock(1_000_000);

/** A point that holds what it is told, as a map. */
function mapPoint(): Enforcer & { map: Map<string, number>; fails: boolean } {
  const map = new Map<string, number>();
  const one: ReturnType<typeof mapPoint> = {
    map,
    fails: false,
    name: 'map',
    level: 'read_back',
    start: async () => {},
    deny: async (denials: readonly Denial[]) => {
      if (one.fails) throw new Error('no right');
      for (const { target, expiresAt } of denials) map.set(target, expiresAt);
    },
    release: async (targets) => targets.forEach((target) => map.delete(target)),
    held: async (targets): Promise<HeldDenial[]> =>
      [...map]
        .filter(([target]) => targets?.includes(target) ?? true)
        .map(([target, expiresAt]) => ({ target, expiresAt })),
    stop: async () => {},
  };
  return one;
}

let point = mapPoint();
let isStopped = false;
let session: EnforcerSession;
beforeEach(() => {
  clock.set(1_000_000);
  isStopped = false;
  point = mapPoint();
  session = createEnforcerSession({
    enforcer: point,
    clock,
    isStopped: () => isStopped,
    hostProtection: () => [{ range: '198.51.100.1/32', reason: 'the gateway' }],
  });
});

const until = 2_000_000;
const deny = (...targets: string[]) => targets.map((target) => ({ target, expiresAt: until }));

describe('the last check before the drop', () => {
  it('holds back the protected, the expired, and everything new while it is stopped', async () => {
    const first = await session.handle({
      type: 'apply',
      seq: 1,
      deny: [...deny('127.0.0.1', '198.51.100.1', '203.0.113.1'), { target: '203.0.113.2', expiresAt: 999_999 }],
      release: [],
    });
    expect(first).toMatchObject({
      held: [{ target: '203.0.113.1' }],
      heldBack: [{ reason: 'protected' }, { reason: 'protected' }, { target: '203.0.113.2', reason: 'expired' }],
    });
    isStopped = true;
    const longer = [{ target: '203.0.113.1', expiresAt: until + 1 }];
    expect(
      await session.handle({ type: 'apply', seq: 2, deny: [...deny('203.0.113.3'), ...longer], release: [] }),
    ).toMatchObject({
      isStopped: true,
      heldBack: [
        { target: '203.0.113.3', reason: 'stopped' },
        { target: '203.0.113.1', reason: 'stopped' },
      ],
    });
    await session.handle({ type: 'apply', seq: 3, deny: [], release: ['203.0.113.1'] });
    expect([...point.map]).toEqual([]);
  });

  it('lets nothing protected through, whatever is asked', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(fc.ipV4(), fc.constantFrom('127.0.0.9', '169.254.1.1', '10.0.0.0/8', '0.0.0.0/0', '203.0.113.0/24')),
          { maxLength: 20 },
        ),
        async (targets) => {
          await session.handle({ type: 'reconcile', seq: 1, deny: deny(...targets) });
          for (const target of point.map.keys())
            for (const { range } of compiledProtection) expect(overlaps(target, range)).toBe(false);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('ends what is over itself', async () => {
    await session.handle({ type: 'apply', seq: 1, deny: deny('203.0.113.1'), release: [] });
    expect(await session.expire()).toBe(1_000_000);
    clock.set(until);
    expect(await session.expire()).toBeUndefined();
    expect(point.map.size).toBe(0);
  });

  it('reconciles to the whole, and refuses an older server', async () => {
    await session.handle({ type: 'hello', seq: 1, version: 1, epoch: 5 });
    await session.handle({ type: 'apply', seq: 2, deny: deny('203.0.113.1', '203.0.113.2'), release: [] });
    await session.handle({ type: 'reconcile', seq: 4, deny: deny('203.0.113.3') });
    expect([...point.map.keys()]).toEqual(['203.0.113.3']);
    expect(await session.handle({ type: 'hello', seq: 5, version: 1, epoch: 4 })).toMatchObject({ isFenced: true });
  });

  it('denies while a long list is being read back', async () => {
    let finish = () => {};
    const listing = new Promise<void>((resolve) => (finish = resolve));
    const all = mapPoint();
    point = Object.assign(all, {
      held: async (targets?: readonly string[]) => {
        if (targets === undefined) await listing;
        return [...all.map.keys()].map((target) => ({ target }));
      },
    });
    session = createEnforcerSession({
      enforcer: point,
      clock,
      isStopped: () => isStopped,
      hostProtection: () => [],
    });
    const reading = session.handle({ type: 'read', seq: 1 });
    expect(await session.handle({ type: 'apply', seq: 2, deny: deny('203.0.113.1'), release: [] })).toMatchObject({
      held: [{ target: '203.0.113.1' }],
    });
    finish();
    expect(await reading).toMatchObject({ type: 'done', seq: 1 });
  });

  it('answers a failure of the point and goes on', async () => {
    point.fails = true;
    expect(await session.handle({ type: 'apply', seq: 1, deny: deny('203.0.113.1'), release: [] })).toMatchObject({
      type: 'failed',
      message: 'no right',
    });
    point.fails = false;
    expect(await session.handle({ type: 'apply', seq: 2, deny: deny('203.0.113.1'), release: [] })).toMatchObject({
      type: 'done',
      held: [{ target: '203.0.113.1' }],
    });
  });
});

describe('the wire', () => {
  it.each([
    'no json',
    '[]',
    '{"type":"apply","seq":1}',
    '{"type":"apply","seq":-1,"deny":[],"release":[]}',
    '{"type":"apply","seq":1,"deny":[{"target":"1.2.3.4/32","expiresAt":1}],"release":[]}',
    '{"type":"apply","seq":1,"deny":[{"target":"1.2.3.4; flush ruleset","expiresAt":1}],"release":[]}',
    '{"type":"apply","seq":1,"deny":[{"target":"1.2.3.4","expiresAt":"soon"}],"release":[]}',
    '{"type":"hello","seq":1,"version":2,"epoch":1}',
    '{"type":"shutdown","seq":1}',
  ])('refuses %s', (line) => {
    expect(() => decodeToEnforcer(line)).toThrow(expect.objectContaining({ code: 'ENFORCER.BAD_LINE' }));
  });

  it('carries every message unchanged', () => {
    const message = {
      type: 'apply',
      seq: 7,
      deny: deny('203.0.113.1', '2001:db8::/64'),
      release: ['203.0.113.2'],
    } as const;
    expect(decodeToEnforcer(JSON.stringify(message))).toEqual(message);
    const done = {
      type: 'done',
      seq: 7,
      held: [{ target: '203.0.113.1', droppedPackets: 3 }],
      heldBack: [{ target: '203.0.113.2', reason: 'stopped', detail: 'x' }],
      isStopped: true,
      readMs: 12,
    } as const;
    expect(decodeFromEnforcer(JSON.stringify(done))).toEqual(done);
  });

  it('puts lines together however they are cut, and refuses an endless one', () => {
    const lines: string[] = [];
    const read = lineSplitter((line) => lines.push(line));
    for (const byte of Buffer.from('{"a":"é"}\n\n{"b":2}\n')) read(Buffer.from([byte]));
    expect(lines).toEqual(['{"a":"é"}', '{"b":2}']);
    expect(() => read(Buffer.alloc(maxLineBytes + 1, 97))).toThrow(
      expect.objectContaining({ code: 'ENFORCER.BAD_LINE' }),
    );
  });
});
