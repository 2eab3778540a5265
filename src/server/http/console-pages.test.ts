import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastify from 'fastify';
import { afterAll, expect, test } from 'vitest';
import { consolePages } from './console-pages.ts';

const dist = mkdtempSync(join(tmpdir(), 'firebreak-console-'));
mkdirSync(join(dist, 'assets'));
writeFileSync(join(dist, 'index.html'), '<!doctype html><title>console</title>');
writeFileSync(join(dist, 'assets', 'main-abc123.js'), '1');
afterAll(() => rmSync(dist, { recursive: true, force: true }));

const appOver = async (folder: string) => {
  const app = fastify();
  await app.register(consolePages(folder));
  return app;
};

test('every page of the console is its index, hashed files are kept for ever, and nothing else is', async () => {
  const app = await appOver(dist);
  for (const url of ['/', '/incidents', '/incidents/7?tab=timeline']) {
    const answer = await app.inject(url);
    expect(answer.body, url).toContain('<title>console</title>');
    expect(answer.headers['cache-control'], url).toBe('no-cache');
  }
  const script = await app.inject('/assets/main-abc123.js');
  expect(script.headers['cache-control']).toContain('immutable');
  for (const url of [
    '/v1/nothing',
    '/elastic/nothing',
    '/assets/gone.js',
    '/robots.txt',
    '/../package.json',
    '/%2e%2e/package.json',
  ])
    expect((await app.inject(url)).statusCode, url).toBeGreaterThanOrEqual(400);
  await app.close();
});

test('without a built console a plain page says how to build it', async () => {
  const app = await appOver(join(dist, 'missing'));
  expect((await app.inject('/')).body).toContain('npm start');
  await app.close();
});
