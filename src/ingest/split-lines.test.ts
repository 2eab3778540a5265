import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineSplitter } from './split-lines.ts';

const line = fc.string({ unit: 'grapheme', maxLength: 30 }).map((text) => text.replaceAll(/[\r\n]/g, '.'));

describe('lines', () => {
  it('are the same wherever the bytes are cut, and their offsets point at them', () => {
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 10 }),
        fc.array(fc.nat(), { maxLength: 10 }),
        line,
        (lines, cuts, rest) => {
          const bytes = Buffer.from(lines.map((one) => `${one}\n`).join('') + rest);
          const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].toSorted(
            (a, b) => a - b,
          );
          const splitter = createLineSplitter(1_000, 5);
          const split = places
            .slice(1)
            .flatMap((end, index) =>
              splitter
                .push(bytes.subarray(places[index], end))
                .map((one) => ({ ...one, bytes: Buffer.from(one.bytes) })),
            );
          expect(split.map((one) => one.bytes.toString())).toEqual(lines);
          for (const one of split) expect(bytes.indexOf(one.bytes, one.offset - 5)).toBe(one.offset - 5);
          expect(splitter.offset() - 5).toBe(bytes.length - Buffer.byteLength(rest));
          expect(splitter.flush()?.bytes.toString() ?? '').toBe(rest);
          expect(splitter.offset() - 5).toBe(bytes.length);
        },
      ),
    );
  });

  it('are cut to the limit at a whole character, and the next one is right', () => {
    const splitter = createLineSplitter(4);
    const long = Buffer.from('aéé\nb\r\nabcd\nabcde\n');
    const lines = [...long].flatMap((byte) =>
      splitter.push(Buffer.from([byte])).map((one) => [one.bytes.toString(), one.truncatedFromBytes]),
    );
    expect(lines).toEqual([
      ['aé', 5],
      ['b', undefined],
      ['abcd', undefined],
      ['abcd', 5],
    ]);
  });
});
