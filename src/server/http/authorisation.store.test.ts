import { beforeAll, afterAll, describe, expect, test } from 'vitest';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { fakeClock } from '../../base/clock.ts';
import { defineErrors } from '../../base/errors.ts';
import { silentLog } from '../../base/log.ts';
import { pathOf } from '../../api/client.ts';
import { routes } from '../../api/routes.ts';
import { createAccess, permissionsOf } from '../../access/index.ts';
import { RoleName } from '../../schema/permission.ts';
import { testDatabase } from '../../../test/database.ts';
import { createHttp } from './create-http.ts';

const errors = defineErrors('TEST', {
  REACHED: { kind: 'user', message: () => 'The owner was reached: past permission, before any effect.', fix: '' },
});

const db = await testDatabase();
const clock = fakeClock(Date.UTC(2026, 10, 21, 12));
const access = createAccess({ db, clock, local: { secret: 'local', actor: 'cli:anna' } });
const sessions = new Map<RoleName | 'new', string>();
let app: FastifyInstance;

const host = '127.0.0.1:7373';
const origin = `http://${host}`;

async function signedIn(name: string, password: string): Promise<string> {
  const result = await access.signIn({ name, password, address: '127.0.0.1' });
  if (result.outcome !== 'signed_in') throw new Error(result.outcome);
  return result.sessionToken;
}

beforeAll(async () => {
  app = await createHttp({
    access,
    clock,
    log: silentLog,
    ownNames: new Set(['localhost', 'firebreak.example']),
    requestsPerMinute: 1_000_000,
    owned: routes.map(({ route }) => ({
      route,
      answer: () => {
        throw errors.REACHED([]);
      },
    })),
  });
  const local = await access.authenticate({ bearer: 'local' });
  if (!local) throw new Error('no local actor');
  for (const role of RoleName.options) {
    const { password } = await access.people.create(local, { name: `person-${role}`, role });
    const first = await access.authenticate({ sessionToken: await signedIn(`person-${role}`, password) });
    if (!first) throw new Error('no session');
    await access.people.changePassword(first, password, `a sentence for ${role} rights`);
    sessions.set(role, await signedIn(`person-${role}`, `a sentence for ${role} rights`));
  }
  const { password } = await access.people.create(local, { name: 'newcomer', role: 'admin' });
  sessions.set('new', await signedIn('newcomer', password));
});
afterAll(() => app.close());

function requestOf(route: (typeof routes)[number]['route']): InjectOptions {
  const params = Object.fromEntries(Object.keys(route.params?.shape ?? {}).map((name) => [name, 'abc']));
  const hasBody = route.body !== undefined;
  return {
    method: route.method,
    url: pathOf(route, params),
    headers: { host, ...(hasBody ? { 'content-type': 'application/json' } : {}) },
    ...(hasBody ? { payload: '{}' } : {}),
  };
}

async function statusOf(request: InjectOptions, headers: Record<string, string>): Promise<number> {
  return (await app.inject({ ...request, headers: { ...request.headers, ...headers } })).statusCode;
}

// 400: the input was looked at or the owner reached, so permission had been given.
const isLetIn = (status: number) => status === 400;

describe.each(routes)('$route.method $route.path', ({ route }) => {
  const request = requestOf(route);

  test('answers strangers only when it is public', async () => {
    expect(await statusOf(request, {})).toSatisfy((status: number) =>
      route.permission === 'public' ? isLetIn(status) : status === 401,
    );
    const wrong = await statusOf(request, { authorization: 'Bearer fb_wrong' });
    expect(isLetIn(wrong)).toBe(route.permission === 'public');
  });

  test.each([...RoleName.options])('role %s gets what the role says', async (role) => {
    const status = await statusOf(request, { cookie: `firebreak_session=${sessions.get(role)}`, origin });
    const may = route.permission === 'public' || permissionsOf[role].has(route.permission);
    expect(may ? isLetIn(status) : status === 403, `${role}: ${status}`).toBe(true);
  });

  test('a one-time password opens only the own session', async () => {
    const status = await statusOf(request, { cookie: `firebreak_session=${sessions.get('new')}`, origin });
    expect(isLetIn(status)).toBe(route.permission === 'public' || route.permission === 'session.own');
  });

  test('no foreign page acts with a cookie, and no page is allowed by CORS', async () => {
    const hostile = [
      'null',
      'http://evil.example',
      `http://${host}.evil.example`,
      'http://evil127.0.0.1:7373',
      'http://127.0.0.1:7374',
      'https://127.0.0.1',
      `${origin}/`,
    ];
    for (const foreign of hostile) {
      const answer = await app.inject({
        ...request,
        headers: { ...request.headers, cookie: `firebreak_session=${sessions.get('admin')}`, origin: foreign },
      });
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
      if (route.method !== 'GET') expect(answer.statusCode, foreign).toBe(403);
    }
    const unnamed = await statusOf(request, { cookie: `firebreak_session=${sessions.get('admin')}` });
    if (route.method !== 'GET') expect(unnamed).toBe(403);
  });
});

test('a name that was pointed at us (DNS rebinding) is no page of ours', async () => {
  const answer = await app.inject({
    method: 'POST',
    url: '/v1/session',
    headers: { host: 'rebound.example:7373', origin: 'http://rebound.example:7373' },
    payload: { name: 'a', password: 'b' },
  });
  expect(answer.statusCode).toBe(403);
  const own = await app.inject({
    method: 'POST',
    url: '/v1/session',
    headers: { host: 'firebreak.example', origin: 'https://firebreak.example' },
    payload: { name: 'a', password: 'b' },
  });
  expect(own.json()).toMatchObject({ code: 'TEST.REACHED' });
});

test('a token is read from Bearer, ApiKey and the password of Basic', async () => {
  const basic = Buffer.from('anything:local').toString('base64');
  for (const header of ['Bearer local', 'bearer local', `ApiKey ${basic}`, `Basic ${basic}`])
    expect(await statusOf({ method: 'GET', url: '/v1/incidents' }, { authorization: header }), header).toBe(400);
});
