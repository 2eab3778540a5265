import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFrameSplitter } from './split-frames.ts';

/** Cuts bytes at the given places, as a network does. */
function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [...places, bytes.length].map((end, index) => bytes.subarray(index === 0 ? 0 : places[index - 1], end));
}

function texts(chunks: readonly Buffer[], maxBytes = 1_000): string[] {
  const splitter = createFrameSplitter(maxBytes);
  const frames = chunks.flatMap((chunk) => splitter.push(chunk).map((frame) => frame.bytes.toString()));
  const last = splitter.flush();
  return last ? [...frames, last.bytes.toString()] : frames;
}

const message = fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => `<13>${text.replaceAll(/[\r\n]/g, ' ')}x`);
const messages = fc.array(message, { minLength: 1, maxLength: 8 });
const cuts = fc.array(fc.nat(), { maxLength: 12 });

describe('the frames of a connection', () => {
  it('are the counted messages, wherever the stream is cut', () => {
    fc.assert(
      fc.property(messages, cuts, (sent, at) => {
        const bytes = Buffer.concat(sent.map((text) => Buffer.from(`${Buffer.byteLength(text)} ${text}`)));
        expect(texts(pieces(bytes, at))).toEqual(sent);
      }),
    );
  });

  it('are the lines, wherever the stream is cut', () => {
    fc.assert(
      fc.property(messages, cuts, (sent, at) => {
        expect(texts(pieces(Buffer.from(sent.map((text) => `${text}\n`).join('')), at))).toEqual(sent);
      }),
    );
  });

  it('are lines when the first one only looks like a length', () => {
    expect(texts([Buffer.from('2026-11-21 a\n12 monkeys\n')])).toEqual(['2026-11-21 a', '12 monkeys']);
    expect(texts([Buffer.from('12 mon'), Buffer.from('keys\n')])).toEqual(['12 monkeys']);
    expect(texts([Buffer.from('1234567890 <1>a\n')])).toEqual(['1234567890 <1>a']);
    expect(texts([Buffer.from('123')])).toEqual(['123']);
  });

  it('are cut to the limit, and the next one is right', () => {
    const long = `<1>${'é'.repeat(20)}`;
    const splitter = createFrameSplitter(10);
    const [cut, next] = splitter.push(Buffer.from(`${Buffer.byteLength(long)} ${long}4 <2>b`));
    expect(cut).toMatchObject({ truncatedFromBytes: 43 });
    expect(cut?.bytes.toString()).toBe('<1>ééé');
    expect(next?.bytes.toString()).toBe('<2>b');
  });

  it('end where a length is missing', () => {
    const splitter = createFrameSplitter(100);
    expect(splitter.push(Buffer.from('4 <2>b<13>no length')).map((frame) => frame.bytes.toString())).toEqual(['<2>b']);
    expect(splitter.problem()).toContain('0x3c');
    expect(splitter.push(Buffer.from('4 <3>c'))).toEqual([]);
  });
});
