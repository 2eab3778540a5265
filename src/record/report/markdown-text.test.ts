import fc from 'fast-check';
import { expect, test } from 'vitest';
import { markdownTable, markdownText, utc } from './markdown-text.ts';

const hostile = [
  'a',
  '1',
  '.',
  ' ',
  '\n',
  '\r',
  '\u001b',
  '\u009b',
  '\u202e',
  '\u2066',
  '\u2028',
  '\ufeff',
  '\ud800',
  '\0',
  ...'\\`*_{}[]()<>#+-!|~&:@/'.split(''),
];

test('nothing of a log line is markup, a cell, HTML, a link or an image', () => {
  expect(markdownText('a|b `c` *d* _e_ ~f~ \\')).toBe('a\\|b \\`c\\` \\*d\\* \\_e\\_ \\~f\\~ \\\\');
  expect(markdownText('<img src=x onerror=1>&amp;')).toBe('&lt;img src=x onerror=1&gt;&amp;amp;');
  expect(markdownText('![x](https://evil.example/) www.evil.example a@b.example')).toBe(
    '!\\[x\\](https\\://evil.example/) www\\.evil.example a&#64;b.example',
  );
  expect(['# h', '- li', '1. li', '> q', '= x'].map(markdownText)).toEqual([
    '\\# h',
    '\\- li',
    '1\\. li',
    '&gt; q',
    '\\= x',
  ]);
});

test('control, bidirectional and cut characters are visible, and a value stays on one line', () => {
  expect(markdownText('a\u001b[2Jb\r\nc\u202ed')).toBe('a\\\\e\\[2Jb\\\\r\\\\nc\\\\u{202e}d');
  expect(markdownText('x'.repeat(600))).toHaveLength(501);
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...hostile) }), (value) => {
      const shown = markdownText(value);
      expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}<>]/u);
      expect(shown.replaceAll(/\\[\\`*_[\]|~]/g, '')).not.toMatch(/[`*_[\]|~]/);
    }),
  );
});

test('a table without rows is nothing; times are UTC', () => {
  expect(markdownTable(['a'], [])).toBe('');
  expect(markdownTable(['a', 'b'], [['1', '2']])).toBe('| a | b |\n| --- | --- |\n| 1 | 2 |');
  expect(utc(new Date(1_700_000_000_000))).toBe('2023-11-14 22:13:20 UTC');
  expect(utc(null)).toBe('');
});
