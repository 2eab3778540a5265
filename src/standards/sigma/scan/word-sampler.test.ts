import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCandidates } from './candidates.ts';
import { indexFold } from './index-fold.ts';
import { createWordSampler, hasEscape } from './word-sampler.ts';

describe('the word sampler', () => {
  test('finds what stands somewhere, whatever lies before it, in values of every length', () => {
    const texts = ['a', 'xy', 'cmd', '.exe', 'power', 'shells', 'mimikatz', 'invoke-expression', 'é', 'σσ'];
    const sampler = createWordSampler(
      texts.map((text, rule) => ({ kind: 'contains' as const, text, rules: [rule] })),
      [],
    );
    const filler = fc.string({
      unit: fc.constantFrom('a', 'x', 'Y', ' ', '\\', 'e', 'é', 'K', 'ſ', '😀'),
      maxLength: 70,
    });
    fc.assert(
      fc.property(filler, fc.constantFrom(...texts), filler, fc.nat(70_000), (before, text, after, more) => {
        const value = `${more % 50 === 0 ? '.'.repeat(more) : ''}${before}${text.toUpperCase()}${after}`;
        const found = createCandidates(texts.length);
        let known: string | undefined;
        const folded = () => (known ??= indexFold(value));
        if (sampler.sample(value, folded, found) > 127) sampler.sample(folded(), folded, found);
        const given = new Set(found.rules.subarray(0, found.count));
        for (const [rule, one] of texts.entries()) expect(given.has(rule), one).toBe(indexFold(value).includes(one));
      }),
      { numRuns: 2_000 },
    );
  });

  test('never overlooks an escape, wherever it stands', () => {
    for (const length of [0, 1, 2, 3, 4, 5, 31, 64, 65_534, 65_535, 65_536, 65_537, 65_538])
      for (const before of ['x', '\\', 'u']) {
        const isEscaped = before !== '\\' || length % 2 === 0;
        expect(hasEscape(`${before.repeat(length)}\\u0041`), `${length} ${before}`).toBe(isEscaped);
        expect(hasEscape(`${before.repeat(length)}\\u`), `${length} ${before}`).toBe(isEscaped);
      }
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('\\', 'u', 'a', 'ŵ', 'Ŝ', 'é'), maxLength: 40 }), (text) => {
        expect(hasEscape(text)).toBe(/(?<!\\)(?:\\\\)*\\u/.test(text));
      }),
    );
    expect(hasEscape('C:\\\\Windows\\\\System32')).toBe(false);
    expect(hasEscape('u\\')).toBe(false);
  });
});
