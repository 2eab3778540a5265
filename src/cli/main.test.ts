import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runFirebreak } from '../../test/command-line.ts';

const stateDir = mkdtempSync(join(tmpdir(), 'firebreak-cli-'));
afterAll(() => rmSync(stateDir, { recursive: true, force: true }));

const firebreak = (args: readonly string[], input?: string) => runFirebreak(stateDir, args, input);

test('help is on stdout and names every noun', async () => {
  const { code, out } = await firebreak(['--help']);
  expect(code).toBe(0);
  for (const noun of ['incident', 'containment', 'stop', 'explain', 'doctor', 'backup', 'replay', 'serve'])
    expect(out).toContain(noun);
});

test('a wrong command line is exit code 2, with what to do on stderr and nothing on stdout', async () => {
  const { code, out, err } = await firebreak(['incident', 'lst']);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(/lst.*\[CLI.USAGE\]\n→ /s);
});

test('a wrong setting is exit code 2 and names its origin', async () => {
  const file = join(stateDir, 'firebreak.yml');
  writeFileSync(file, 'http:\n  prot: 80\n');
  const { code, err } = await firebreak(['config', '--config', file]);
  expect(code).toBe(2);
  expect(err).toContain(`${file}:2`);
});

test('config shows value and origin, for scripts too', async () => {
  const { code, out } = await firebreak(['config', '--print-config', '--json', '--http.port', '8080']);
  expect(code).toBe(0);
  const { settings } = JSON.parse(out) as { settings: { key: string; value: unknown; origin: string }[] };
  expect(settings).toContainEqual({ key: 'http.port', value: 8080, origin: '--http.port' });
  expect(settings).toContainEqual({ key: 'state_dir', value: stateDir, origin: 'FIREBREAK_STATE_DIR' });
});

test('without a server: exit code 7 says how to start it, as JSON when asked', async () => {
  const { code, out, err } = await firebreak(['incident', 'list', '--json']);
  expect(code).toBe(7);
  expect(JSON.parse(out)).toMatchObject({ error: { code: 'CLI.NO_CREDENTIAL' } });
  expect(err).toContain('npm start');
});

test.each(['127.0.0.1', '::1', '127.0.0.0/8', '10.1.2.3', '0.0.0.0/0', 'not-an-address'])(
  'containment deny %s is refused with exit code 4 and a reason, with no server running',
  async (target) => {
    const { code, out, err } = await firebreak(['containment', 'deny', target]);
    expect({ code, out }).toEqual({ code: 4, out: '' });
    expect(err).toContain('[CLI.REFUSED_TARGET]');
    expect(err.length).toBeGreaterThan(40);
  },
);

test('stop and resume work with nothing else running', async () => {
  const stopped = await firebreak(['stop', 'drill', '--json']);
  expect(stopped.code).toBe(0);
  expect(JSON.parse(stopped.out)).toMatchObject({ is_stopped: true, server: null, file: join(stateDir, 'STOP') });
  const resumed = await firebreak(['resume', '--json']);
  expect(JSON.parse(resumed.out)).toMatchObject({ is_stopped: false });
});

test('explain reads a line with no server and shows hostile text escaped', async () => {
  const line =
    'Nov 21 12:00:01 web sshd[7]: Failed password for invalid user \u001b[31mroot from 203.0.113.9 port 4242 ssh2';
  const { code, out } = await firebreak(['explain', '-'], `${line}\n`);
  expect(code).toBe(0);
  expect(out).toContain('203.0.113.9');
  expect(out).not.toContain('\u001b');
});

test('rule test runs the fixtures of our own rules with no server', async () => {
  const { code, out } = await firebreak(['rule', 'test']);
  expect(out).toMatch(/\d+ passed, 0 failed, 0 do not load/);
  expect(code).toBe(0);
});
