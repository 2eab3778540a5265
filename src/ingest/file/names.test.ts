import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesWildcard } from './path-pattern.ts';
import { isPackedName, rotatedFrom } from './rotated-name.ts';

describe('a wildcard', () => {
  it('fits what the same regular expression fits', () => {
    const alphabet = (letters: string) => fc.string({ unit: fc.constantFrom(...letters.split('')), maxLength: 8 });
    fc.assert(
      fc.property(alphabet('ab.*?'), alphabet('ab.'), (pattern, name) => {
        const expression = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
        expect(matchesWildcard(pattern, name)).toBe(new RegExp(`^${expression}$`).test(name));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a rotated name', () => {
  it.each([
    ['access.log.1', 'access.log'],
    ['access.log-20261121', 'access.log'],
    ['access.log.2026-11-21T10:00:00', 'access.log'],
    ['access.log.old', 'access.log'],
    ['access.log~', 'access.log'],
    ['access-20261121.log', 'access.log'],
    ['access-2026-11-21-1.log', 'access.log'],
    ['access.1.log', 'access.log'],
    ['access-2.log', undefined],
    ['access-ssl.log', undefined],
    ['access.log.json', undefined],
    ['access.log', undefined],
    ['access.logs', undefined],
    ['error.log.1', undefined],
  ])('%s comes from %s', (name, from) => {
    expect(rotatedFrom(name, new Set(['access.log', name]))).toBe(from);
    expect(isPackedName(`${name}.gz`)).toBe(true);
  });
});
