import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRegex, type Regex } from '../match/regex-test.ts';
import { Automaton } from './automaton.ts';
import { generatedFlags, generatedRegex, generatedText } from './generated.ts';
import { readProgram } from './program.ts';

/** Three ways to the same answer: as rules do, with a table that is emptied again and again, and without one from the second character on. */
const bounds = [undefined, { bytes: 0, ways: 1_000 }, { bytes: 10_000, ways: 0 }];
const automata = (regex: Regex) => {
  const read = readRegex(regex);
  const program = readProgram(read);
  return { read, ours: bounds.map((bound) => new Automaton(program, bound)) };
};
const answers = (source: string, text: string, flags = '') =>
  automata({ source, flags }).ours.map((automaton) => automaton.test(text));

describe('every expression', () => {
  test('matches what re2js matches', { timeout: 120_000 }, () => {
    let compared = 0;
    const cases = fc.tuple(generatedRegex, generatedFlags, fc.array(generatedText, { minLength: 6, maxLength: 6 }));
    fc.assert(
      fc.property(cases, ([source, flags, texts]) => {
        const pair = readable({ source, flags });
        if (!pair) return;
        for (const text of texts) {
          const expected = pair.read.test(text);
          compared += 1;
          for (const [at, automaton] of pair.ours.entries())
            if (automaton.test(text) !== expected)
              throw new Error(`${at}: /${source}/${flags} on ${JSON.stringify(text)} is ${expected}`);
        }
      }),
      { numRuns: 1_500 },
    );
    expect(compared).toBeGreaterThan(5_000);
  });

  test.each<[string, string, string, boolean]>([
    ['k', 'i', '\u212a', true],
    ['[^k]', 'i', '\u212a', false],
    ['ſ', 'i', 'S', true],
    ['s', '', 'ſ', false],
    ['\\w', '', 'é', false],
    ['\\bé', '', 'aé', true],
    ['\\s', '', '\u00a0', false],
    ['^.$', '', '😀', true],
    ['^..$', '', '\ude00\ud83d', true],
    ['^b', 'm', 'a\nb', true],
    ['^b', '', 'a\nb', false],
    ['a$', '', 'a\n', false],
    ['a$', 'm', 'a\nb', true],
    ['a.b', '', 'a\nb', false],
    ['a.b', 's', 'a\nb', true],
    ['', '', '', true],
    ['ab?c', '', 'abc', true],
    ['a(?:b|)c+', '', 'ac', true],
    ['[^\\x00-\\x{10FFFF}]', '', 'a', false],
    ['a\\b$', '', 'ba', true],
    ['\\Ba', '', 'a', false],
    ['(?i)\\x{1F600}.{2}É', '', 'x😀𐐀é', false],
    ['(?i)\\x{1F600}.{2}É', '', 'x😀𐐀-é', true],
  ])('/%s/%s on %j: %s', (source, flags, text, expected) => {
    expect(answers(source, text, flags)).toEqual([expected, expected, expected]);
  });
});

/** Undefined: RE2 refuses it. */
function readable(regex: Regex): ReturnType<typeof automata> | undefined {
  try {
    return automata(regex);
  } catch {
    return undefined;
  }
}

describe('what nobody should write', () => {
  const large = 1_000_000;
  const letters = 'ab \n-é';
  let seed = 1;
  const noise = Array.from({ length: large }, () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return letters.charAt((seed >>> 16) % letters.length);
  }).join('');
  /** What is needed stands there, but not where it should. */
  const texts = [`cy\n${'a'.repeat(large)}`, `cy\n${'x'.repeat(large)}`, `cy\n${noise}`];

  test.each([
    ['(a|a)*c$'],
    ['(x+x+)+y'],
    ['(a*)*\\n?c$'],
    ['a.{900}c'],
    ['(?s)a.{900}c'],
    ['\\ba.{900}c\\b'],
    ['a.{0,999}c'],
    ['a(?:b?.){400}c'],
    ['(?:a.{3}b?){200}c'],
    ['^(?:.|\\n)*a.{500}[^-\\x00-\\x{10FFFF}]'],
    ['(?:\\b|\\B|^|a){300}\\nc$'],
    ['\\pL{1000}c'],
  ])('/%s/ takes steps as a text of 1 MB has characters, and little memory', { timeout: 120_000 }, (source) => {
    let asked = 0;
    const program = readProgram(readRegex({ source, flags: '' }));
    const reads = (position: number, charClass: number) => {
      asked += 1;
      return program.reads(position, charClass);
    };
    const automaton = new Automaton({ ...program, reads });
    for (const text of texts) {
      const began = process.cpuUsage();
      expect(automaton.test(text)).toBe(false);
      // Hundreds of positions, asked one by one for every character, would be hundreds of millions; half a second is usual.
      expect(asked).toBeLessThan(2 * large);
      expect(process.cpuUsage(began).user / 1_000).toBeLessThan(8_000);
      expect(automaton.bytes).toBeLessThanOrEqual(512 * 1_024);
    }
  });

  test.each(['a.{12}c', 'a(?:b?.){40}c', 'a(?:.{3}b?){12}c', '^(?:a?.b?){40}c', '\\b.{40}c\\b'])(
    '/%s/: a table that many texts fill is emptied, and answers stay right',
    (source) => {
      const { read, ours } = automata({ source, flags: 's' });
      const small = new Automaton(readProgram(read), { bytes: 20_000, ways: 1_000 });
      const matches = new Set<boolean>();
      for (let at = 0; at < 20_000; at += 100) {
        const text = noise.slice(at, at + 60).replaceAll('é', at % 300 === 0 ? 'b' : 'a') + 'c'.repeat(at % 200);
        const expected = read.test(text.slice(0, 90));
        matches.add(expected);
        for (const automaton of [small, ...ours]) expect(automaton.test(text.slice(0, 90))).toBe(expected);
        expect(small.bytes).toBeLessThanOrEqual(20_000);
      }
      expect(matches.size).toBe(2);
    },
  );

  test.each(['(?:(?:a{30}){30}){30}', '(?:(?:a|b|c|d|e|f|g|h){1000}'.repeat(2) + '){2}', `[${'az'.repeat(20_000)}]`])(
    '[M4] an expression that is too large is refused, %#',
    (source) => {
      expect(() => readRegex({ source, flags: '' })).toThrow();
    },
  );
});
