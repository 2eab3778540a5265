import { describe, expect, it } from 'vitest';
import type { Format } from '../connector/index.ts';
import { wholeEvents } from './whole-events.ts';

const none = { title: '', recognise: () => 0 as const, read: () => undefined };
const keyed: Format = { ...none, name: 'keyed', eventKey: (line) => /^k(\d)/.exec(line)?.[1] };
const many: Format = { ...none, name: 'many', split: (line) => (line.includes('|') ? line.split('|') : undefined) };

function read(lines: readonly string[], formats = [keyed, many]) {
  const events = lines.map((raw_data, at) => ({ uid: `u${at}`, raw_data, received_at: at }));
  return wholeEvents(events, formats).map(({ index, raw }) => [index, raw.uid, raw.raw_data]);
}

describe('events of a batch', () => {
  it('joins lines with one key, also when others stand between them', () => {
    expect(read(['k1 a', 'k2 a', 'x', 'k1 b', 'k2 b'])).toEqual([
      [0, 'u0', 'k1 a\nk1 b'],
      [1, 'u1', 'k2 a\nk2 b'],
      [2, 'u2', 'x'],
    ]);
  });

  it('does not join what stands far apart', () => {
    const lines = ['k1 a', ...Array<string>(64).fill('x'), 'k1 b'];
    expect(read(lines).filter(([, , text]) => text !== 'x')).toEqual([
      [0, 'u0', 'k1 a'],
      [65, 'u65', 'k1 b'],
    ]);
  });

  it('ends an event of too many lines and begins another', () => {
    const found = read(Array<string>(600).fill('k1'));
    expect(found.map(([index, , text]) => [index, String(text).split('\n').length])).toEqual([
      [0, 512],
      [512, 88],
    ]);
  });

  it('cuts up a line of several events and names each', () => {
    expect(read(['a', 'b|c'])).toEqual([
      [0, 'u0', 'a'],
      [1, 'u1#0', 'b'],
      [1, 'u1#1', 'c'],
    ]);
  });

  it('leaves every line alone without such formats', () => {
    expect(read(['k1 a', 'k1 b', 'b|c'], [])).toHaveLength(3);
  });
});
