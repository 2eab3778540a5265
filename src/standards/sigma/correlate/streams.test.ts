import { describe, expect, test } from 'vitest';
import { firedAt, loadCorrelations, play, playGroup, type Played } from '../../../../test/correlation.ts';
import { dueAt } from './close-windows.ts';

const by = 'group-by: [ip], timespan: 10s';
const counting = (condition: string) => `type: event_count, rules: [a], condition: {${condition}}, ${by}`;
const a = (at: number, more: Partial<Played> = {}): Played => ({ is: 'a', ip: '203.0.113.9', at, ...more });
const at = (...seconds: number[]) => seconds.map((one) => ({ time: Math.round(one * 1_000) }));

describe('[C10] what more events can make false is decided when the window is over', () => {
  test('the first event begins a window, the first after it the next', () => {
    expect(firedAt(counting('lt: 3'), [a(0), a(1), a(10), a(11), a(12)])).toEqual(['corr@12!']);
    expect(firedAt(counting('eq: 2'), [a(0), a(10), a(10.001)])).toEqual(['corr@10!']);
    expect(firedAt(counting('neq: 2'), [a(0), a(1), a(20)])).toEqual(['corr@20!']);
  });
  test('a range is not told on the way to more', () => {
    expect(firedAt(counting('gt: 1, lt: 4'), [a(0), a(1), a(2), a(3)])).toEqual([]);
    expect(firedAt(counting('gt: 1, lt: 4'), [a(0), a(1), a(2)])).toEqual(['corr@2!']);
  });
  test.each(['eq: 0', 'lt: 1', 'lte: 0', 'gt: 5, lt: 6', 'gte: 3, eq: 2'])(
    '%s can never hold and is refused',
    (text) => {
      expect(() => loadCorrelations(counting(text))).toThrow(
        expect.objectContaining({ code: 'SIGMA.CANNOT_HOLD', where: expect.objectContaining({ line: 33 }) }) as Error,
      );
    },
  );
});

describe('[C12] a window is over', () => {
  const few = counting('lte: 2');
  test('when each source that fed it is 5 minutes past its end', () => {
    expect(playGroup(few, at(0, 1, 310)).kinds).toEqual(['counted', 'counted', 'counted']);
    expect(playGroup(few, at(0, 1, 310.001)).kinds).toEqual(['counted', 'counted', 'opened']);
    const lagging = [{ time: 0 }, { time: 1_000, source_id: 'slow' }, { time: 400_000 }];
    expect(playGroup(few, lagging).kinds).toEqual(['counted', 'counted', 'counted']);
    expect(playGroup(few, [...lagging, { time: 310_001, source_id: 'slow' }]).kinds.at(-1)).toBe('opened');
    // Of a window that it never fed, it has no say.
    const elsewhere = [{ time: 0, source_id: 'slow' }, { time: 50_000 }, { time: 400_000 }];
    expect(playGroup(few, elsewhere).kinds).toEqual(['counted', 'counted', 'opened']);
  });
  test('or 5 minutes after its end and its last arrival', () => {
    const live = playGroup(few, [
      { time: 0, arrived_at: 500 },
      { time: 4_000, arrived_at: 4_500 },
    ]);
    expect(dueAt(live.plan, live.state)).toBe(310_000);
    const old = playGroup(few, [{ time: 0, arrived_at: 9_000_000 }]);
    expect(dueAt(old.plan, old.state)).toBe(9_300_000);
    const sliding = playGroup(counting('gte: 2'), at(0));
    expect(dueAt(sliding.plan, sliding.state)).toBeUndefined();
  });
  test('what comes later for it is late, and begins no window', () => {
    const { kinds, state } = playGroup(few, at(100, 411, 105, 110, 99, 411));
    expect(kinds).toEqual(['counted', 'opened', 'late', 'late', 'late', 'counted']);
    expect(state.episodes).toMatchObject([{ count: 1 }]);
    // Further back than the lateness of its own source, though another source is far ahead.
    const own = [{ time: 1_000_000 }, { time: 500_000, source_id: 'slow' }, { time: 699_999 }, { time: 700_000 }];
    expect(playGroup(few, own).kinds).toEqual(['counted', 'counted', 'late', 'counted']);
  });
  test('a window ends before one that is decided', () => {
    const { state } = playGroup(few, [...at(100, 411), { time: 95_000, source_id: 'slow' }]);
    expect(state.decided).toEqual([{ from: 100_000, to: 110_000 }]);
    expect(playGroup(few, [...at(100, 411), { time: 95_000, source_id: 'slow' }, { time: 101_000 }]).kinds.at(-1)).toBe(
      'late',
    );
  });
});

describe('[C21] sliding windows count what comes late', () => {
  test('up to timespan and 5 minutes behind its own source', () => {
    expect(playGroup(counting('gte: 2'), at(0, 310, 5)).kinds).toEqual(['counted', 'counted', 'opened']);
    expect(playGroup(counting('gte: 2'), at(0, 310.001, 5)).kinds).toEqual(['counted', 'counted', 'counted']);
  });
  test('a source that lags is not aged by one that runs ahead', () => {
    const items = [...at(0, 1), { time: 100_000_000, source_id: 'fast' }, ...at(2, 3)];
    expect(playGroup(counting('gte: 4'), items).kinds.at(-1)).toBe('opened');
  });
});

test('[C17] an event that comes again is not counted, as long as its window remembers it', () => {
  const again = { time: 1_000, key: 'again' };
  const { kinds, state } = playGroup(counting('gte: 3'), [again, again, ...at(2), again, ...at(3), again]);
  expect(kinds).toEqual(['counted', 'duplicate', 'counted', 'duplicate', 'opened', 'duplicate']);
  expect(state.episodes[0]?.count).toBe(3);
  const few = counting('lte: 2');
  expect(playGroup(few, [again, ...at(400), again]).kinds).toEqual(['counted', 'opened', 'late']);
});

describe('[C14] group values', () => {
  const groups = (...values: unknown[]) =>
    play(
      counting('gte: 1'),
      values.map((ip, index) => a(index * 60, ip === undefined ? { ip: undefined } : { ip })),
    );
  const of = (...values: unknown[]) => groups(...values).firings.map(({ group }) => group[0]?.value);
  test.each<[unknown]>([[undefined], [null], [{ a: 1 }], [[]], [[null]]])(
    '%j is missing: not counted, and said',
    (ip) => {
      expect(groups(ip)).toMatchObject({ firings: [], incomplete: new Map([['corr', 1]]) });
    },
  );
  test('texts, numbers, booleans and lists', () => {
    expect(of('', 5, true, [null, 'x', 'y'], 0)).toEqual(['', '5', 'true', 'x', '0']);
  });
  test('are compared without case, and by what an address is', () => {
    const one = (first: unknown, second: unknown) =>
      firedAt(counting('gte: 2'), [a(0, { ip: first }), a(1, { ip: second })]).length === 1;
    expect(one('Root', 'rOOT')).toBe(true);
    expect(one('ΣΟΦΌΣ', 'σοφός')).toBe(true);
    expect(one(5, '5')).toBe(true);
    expect(one('::ffff:203.0.113.9', '203.0.113.9')).toBe(true);
    expect(one('2001:db8::1', '2001:db8::ffff:1')).toBe(true);
    expect(one('2001:db8:0:1::1', '2001:db8::1')).toBe(false);
    expect(one('', null)).toBe(false);
    expect(one('a', 'b')).toBe(false);
  });
  test('of long ones all counts, and little is kept', () => {
    const long = 'x'.repeat(100_000);
    const two = [a(0, { ip: `${long}1` }), a(1, { ip: `${long}2` }), a(2, { ip: `${long}1` })];
    const { firings } = play(counting('gte: 2'), two);
    expect(firings.map(({ time }) => time)).toEqual([2_000]);
    expect(firings[0]?.group[0]?.value.length).toBeLessThanOrEqual(1_024);
    expect(of('😀'.repeat(1_000))[0]?.isWellFormed()).toBe(true);
  });
  test('groups do not run into each other', () => {
    const pair = counting('gte: 2').replace('[ip]', '[ip, u]');
    expect(firedAt(pair, [a(0, { ip: 'a', u: 'bc' }), a(1, { ip: 'ab', u: 'c' })])).toEqual([]);
    expect(firedAt(pair, [a(0, { ip: 'a', u: 'b' }), a(1, { ip: 'b', u: 'a' })])).toEqual([]);
    expect(firedAt(counting('gte: 2'), [a(0, { ip: 'x' }), a(1, { ip: 'y' })])).toEqual([]);
  });
});

test('[C19] without group-by there is one group', () => {
  expect(
    firedAt('type: event_count, rules: [a], condition: {gte: 2}, timespan: 10s', [a(0), a(1, { ip: 'y' })]),
  ).toEqual(['corr@1!']);
});
