import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openapi } from './openapi.ts';
import { routes } from './routes.ts';

const golden = join(import.meta.dirname, 'golden', 'openapi.json');

test('the committed description equals the routes (UPDATE_GOLDEN=1 writes it)', () => {
  const text = `${JSON.stringify(openapi('golden'), null, 2)}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, text);
  expect(readFileSync(golden, 'utf8')).toBe(text);
});

test('operation ids and method with path are unique', () => {
  const ids = routes.map(({ route }) => route.id);
  const places = routes.map(({ route }) => `${route.method} ${route.path}`);
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(places).size).toBe(places.length);
});

test('only health and sign-in are public', () => {
  const open = routes.filter(({ route }) => route.permission === 'public').map(({ route }) => route.id);
  expect(open.toSorted()).toEqual(['getHealth', 'getReadiness', 'signIn']);
});

test('every path parameter is declared, and nothing else', () => {
  for (const { route } of routes) {
    const inPath = [...route.path.matchAll(/:([a-z_]+)/g)].map((match) => match[1]);
    expect(Object.keys(route.params?.shape ?? {}), route.id).toEqual(inPath);
  }
});
