import { expect, test } from 'vitest';
import { takeConfigFlags } from './config-flags.ts';

test('config flags are taken out wherever they stand, and nothing else', () => {
  expect(
    takeConfigFlags([
      'incident',
      '--http.port',
      '8080',
      'list',
      '--json',
      '--state-dir=/x',
      '--limit',
      '3',
      '--insecure-http',
    ]),
  ).toEqual({
    flags: { 'http.port': '8080', state_dir: '/x', 'http.insecure': 'true' },
    rest: ['incident', 'list', '--json', '--limit', '3'],
  });
});

test('what follows -- is left alone', () => {
  expect(takeConfigFlags(['explain', '--', '--http.port', '1'])).toEqual({
    flags: {},
    rest: ['explain', '--', '--http.port', '1'],
  });
});
