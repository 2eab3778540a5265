import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonb } from './jsonb.ts';

test('NUL and half surrogates become U+FFFD, everything else stays', () => {
  const unit = fc.constantFrom('\u0000', '\ud800', '\udfff', '😀', '\\', 'u0000', 'ud800', '"', '\n', 'a');
  fc.assert(
    fc.property(fc.array(fc.string({ unit })), (texts) => {
      expect(JSON.parse(jsonb(texts))).toEqual(texts.map((text) => text.toWellFormed().replaceAll('\u0000', '\ufffd')));
    }),
    { numRuns: 2_000 },
  );
});
