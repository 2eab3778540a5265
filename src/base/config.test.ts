import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FirebreakError } from './errors.ts';
import { loadConfig } from './config.ts';

function load(yaml: string | undefined, env: Record<string, string> = {}, flags: Record<string, string> = {}) {
  const cwd = mkdtempSync(join(tmpdir(), 'firebreak-config-'));
  if (yaml !== undefined) writeFileSync(join(cwd, 'firebreak.yml'), yaml);
  return loadConfig({ env, flags, cwd });
}

function problem(run: () => unknown): FirebreakError {
  try {
    run();
  } catch (error) {
    if (error instanceof FirebreakError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('without file, environment and flags every value is a default', () => {
  const { config, origins } = load(undefined);
  expect(config.http).toEqual({ host: '127.0.0.1', port: 7373, insecure: false });
  expect(origins.get('http.port')).toBe('default');
});

test('a flag wins over the environment, the environment over the file, and each origin is told', () => {
  const yaml = 'log_level: info\nhttp:\n  port: 1\n  host: ::1\n';
  const { config, origins } = load(
    yaml,
    { FIREBREAK_HTTP_PORT: '2', FIREBREAK_RESPOND_PROTECTED: '10.0.0.1, 10.0.0.2' },
    { log_level: 'error' },
  );
  expect(config.http.port).toBe(2);
  expect(config.log_level).toBe('error');
  expect(config.respond.protected).toEqual(['10.0.0.1', '10.0.0.2']);
  expect(origins.get('http.port')).toBe('FIREBREAK_HTTP_PORT');
  expect(origins.get('log_level')).toBe('--log_level');
  expect(origins.get('http.host')).toMatch(/firebreak\.yml:4$/);
});

test.each([
  [
    'an unknown key of the file',
    () => load('log_level: info\nhttp:\n  prot: 1\n'),
    'CONFIG.UNKNOWN_KEY',
    'http.prot',
    3,
  ],
  ['a wrong value of the file', () => load('http:\n  port: many\n'), 'CONFIG.BAD_VALUE', 'http.port', 2],
  ['a torn file', () => load('http: [1\n'), 'CONFIG.UNREADABLE', 'firebreak.yml', 2],
  [
    'an unknown variable',
    () => load(undefined, { FIREBREAK_PROT: '1' }),
    'CONFIG.UNKNOWN_KEY',
    'FIREBREAK_PROT',
    undefined,
  ],
  [
    'a wrong variable',
    () => load(undefined, { FIREBREAK_HTTP_PORT: 'x' }),
    'CONFIG.BAD_VALUE',
    'FIREBREAK_HTTP_PORT',
    undefined,
  ],
  [
    'an http receiver of checkpoints that is not said to be on the own network',
    () => load('ledger:\n  export_to: http://10.0.0.5/checkpoints\n'),
    'CONFIG.BAD_VALUE',
    'set `ledger.allow_private: true`, or write https://',
    2,
  ],
  [
    'another scheme for checkpoints',
    () => load(undefined, { FIREBREAK_LEDGER_EXPORT_TO: 'ftp://host/x' }),
    'CONFIG.BAD_VALUE',
    'Write a file path or https://host/path.',
    undefined,
  ],
])('%s is refused with its place and a fix', (_, run, code, mentions, line) => {
  const error = problem(run);
  expect(error.code).toBe(code);
  expect(error.message).toContain(mentions);
  expect(error.where?.line).toBe(line);
  expect(error.fix).not.toBe('');
});

test('a missing file is refused when it was named', () => {
  expect(problem(() => load(undefined, {}, { config: 'nowhere.yml' })).code).toBe('CONFIG.UNREADABLE');
});

test.each([
  'export_to: /mnt/other/checkpoints.txt',
  'export_to: https://log.example/checkpoints',
  'export_to: http://10.0.0.5/checkpoints\n  allow_private: true',
])('checkpoints go to a file, an https URL, or http in the own network: %s', (yaml) => {
  expect(load(`ledger:\n  ${yaml}\n`).config.ledger.export_to).not.toBe('');
});
