import fc from 'fast-check';
import { expect, test } from 'vitest';
import { storableJson, storableText } from './storable-text.ts';

test('NUL and half surrogates become U+FFFD, everything else stays', () => {
  const unit = fc.constantFrom('\u0000', '\ud800', '\udfff', '😀', '\\', 'u0000', 'ud800', '"', '\n', 'a');
  fc.assert(
    fc.property(fc.array(fc.string({ unit })), (texts) => {
      const expected = texts.map((text) => text.toWellFormed().replaceAll('\u0000', '\ufffd'));
      expect(JSON.parse(storableJson(texts))).toEqual(expected);
      expect(texts.map(storableText)).toEqual(expected);
    }),
    { numRuns: 2_000 },
  );
});
