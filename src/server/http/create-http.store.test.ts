import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FastifyInstance } from 'fastify';
import { fakeClock } from '../../base/clock.ts';
import { defineErrors } from '../../base/errors.ts';
import { silentLog } from '../../base/log.ts';
import { postEvents } from '../../api/events.ts';
import { addNote, getIncident } from '../../api/incidents.ts';
import { stopResponse } from '../../api/stop-switch.ts';
import { getHealth } from '../../api/system.ts';
import { createAccess } from '../../access/index.ts';
import { testDatabase } from '../../../test/database.ts';
import { peopleRoutes } from '../routes/people.ts';
import { sessionRoutes } from '../routes/session.ts';
import { createHttp } from './create-http.ts';
import { on } from './register.ts';

const db = await testDatabase();
const clock = fakeClock(Date.UTC(2026, 10, 21, 12));
const access = createAccess({ db, clock, local: { secret: 'local', actor: 'cli:anna' } });
const errors = defineErrors('TEST', {
  AWAY: { kind: 'busy', message: () => 'The database is away.', fix: 'Wait.' },
});
const headers = { authorization: 'Bearer local', host: '127.0.0.1' };
let app: FastifyInstance;
let notes = 0;
let bodies: unknown[] = [];
let failure: Error | undefined;

beforeAll(async () => {
  app = await createHttp({
    access,
    clock,
    log: silentLog,
    ownNames: new Set(['localhost']),
    requestsPerMinute: 100_000,
    owned: [
      ...sessionRoutes({ access, isTls: false }),
      ...peopleRoutes({ access }),
      on(getHealth, () => ({ status: 'ok' as const, version: 'secret' })),
      on(addNote, async ({ body }) => {
        if (failure) throw failure;
        notes += 1;
        return {
          id: String(notes),
          at: new Date(clock.now()),
          kind: 'note.added',
          actor: 'a',
          summary: body.text,
          subject: null,
          body: {},
        };
      }),
      on(stopResponse, () => {
        throw errors.AWAY([]);
      }),
      on(getIncident, () => {
        throw new Error('secret detail');
      }),
      on(postEvents, async ({ request }) => {
        bodies.push(request.body instanceof Readable ? await buffer(request.body) : request.body);
        return { accepted: 0, rejected: 0, errors: [], repeated: false };
      }),
    ],
  });
});
afterAll(() => app.close());

test('a person signs in, is told to change the password, works, and signs out', async () => {
  const admin = (await access.people.ensureAdmin()) ?? { name: '', password: '' };
  const page = { host: '127.0.0.1:7373', origin: 'http://127.0.0.1:7373' };
  const wrong = await app.inject({
    method: 'POST',
    url: '/v1/session',
    headers: page,
    payload: { name: 'admin', password: 'x' },
  });
  expect(wrong.statusCode).toBe(401);
  expect(wrong.json()).toMatchObject({ code: 'SERVER.WRONG_SIGN_IN', status: 401 });
  const signIn = await app.inject({ method: 'POST', url: '/v1/session', headers: page, payload: admin });
  expect(signIn.json()).toMatchObject({ name: 'admin', must_change_password: true, permissions: ['session.own'] });
  const set = String(signIn.headers['set-cookie']);
  expect(set).toMatch(/^firebreak_session=[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/);
  const signed = { ...page, cookie: set.split(';')[0] ?? '' };
  const early = await app.inject({ method: 'GET', url: '/v1/users', headers: signed });
  expect(early.json()).toMatchObject({ status: 403, code: 'SERVER.CHANGE_PASSWORD_FIRST' });
  const changed = await app.inject({
    method: 'PUT',
    url: '/v1/me/password',
    headers: signed,
    payload: { current_password: admin.password, new_password: 'a long enough sentence' },
  });
  expect(changed.json()).toMatchObject({ must_change_password: false });
  const users = await app.inject({ method: 'GET', url: '/v1/users', headers: signed });
  expect(users.json()).toMatchObject({
    items: [{ name: 'admin', role: 'admin', created_at: '2026-11-21T12:00:00.000Z' }],
  });
  expect(users.body).not.toContain('password_hash');
  expect((await app.inject({ method: 'DELETE', url: '/v1/session', headers: signed })).statusCode).toBe(204);
  expect((await app.inject({ method: 'GET', url: '/v1/me', headers: signed })).statusCode).toBe(401);
});

test('only promised fields leave, with the headers of a careful server', async () => {
  const answer = await app.inject({ method: 'GET', url: '/v1/health' });
  expect(answer.body).toBe('{"status":"ok"}');
  expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
  expect(answer.headers['content-security-policy']).toContain("require-trusted-types-for 'script'");
  expect(answer.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
  expect(answer.headers['x-request-id']).toMatch(/^request--/);
});

test('bad input is named by its place', async () => {
  const note = (payload: string, type = 'application/json') =>
    app.inject({
      method: 'POST',
      url: '/v1/incidents/1/notes',
      headers: { ...headers, 'content-type': type },
      payload,
    });
  expect((await note('{"text":""}')).json()).toMatchObject({
    status: 400,
    detail: expect.stringContaining('body.text'),
  });
  expect((await note('{"text":')).json()).toMatchObject({ status: 400, code: 'SERVER.BAD_REQUEST' });
  expect((await note('{"__proto__":{"text":"x"}}')).statusCode).toBe(400);
  expect((await note('text', 'text/html')).json()).toMatchObject({ status: 415, code: 'SERVER.WRONG_TYPE' });
  expect((await note(JSON.stringify({ text: 'x'.repeat(2_000_000) }))).json()).toMatchObject({ status: 413 });
  expect((await app.inject({ method: 'GET', url: '/v1/nothing', headers })).json()).toMatchObject({
    status: 404,
    code: 'SERVER.NO_SUCH_PATH',
  });
});

test('a bug tells nothing about itself, and a database that is away says when to come back', async () => {
  const bug = await app.inject({ method: 'GET', url: '/v1/incidents/1', headers });
  expect(bug.statusCode).toBe(500);
  expect(bug.headers['content-type']).toContain('application/problem+json');
  expect(bug.body).not.toContain('secret detail');
  const away = await app.inject({ method: 'PUT', url: '/v1/stop', headers, payload: { reason: 'x' } });
  expect(away.statusCode).toBe(503);
  expect(away.headers['retry-after']).toBe('2');
});

test('one Idempotency-Key has one effect and one answer', async () => {
  const send = (text: string, key: string) =>
    app.inject({
      method: 'POST',
      url: '/v1/incidents/1/notes',
      headers: { ...headers, 'idempotency-key': key },
      payload: { text },
    });
  notes = 0;
  const all = await Promise.all(Array.from({ length: 10 }, () => send('once', 'k1')));
  expect(notes).toBe(1);
  for (const { statusCode } of all) expect([201, 409]).toContain(statusCode);
  const again = await send('once', 'k1');
  expect(again.statusCode).toBe(201);
  expect(again.json()).toMatchObject({ id: '1' });
  expect(again.headers['idempotency-replayed']).toBe('true');
  expect((await send('other', 'k1')).statusCode).toBe(422);
  failure = new Error('torn');
  expect((await send('torn', 'k2')).statusCode).toBe(500);
  failure = undefined;
  expect((await send('torn', 'k2')).statusCode).toBe(201);
});

test('raw bodies arrive as streams of any type, and strangers cannot make us read them', async () => {
  bodies = [];
  const send = (payload: Buffer, more: Record<string, string>) =>
    app.inject({
      method: 'POST',
      url: '/v1/events',
      headers: { host: '127.0.0.1', 'content-type': 'application/x-ndjson', ...more },
      payload,
    });
  expect((await send(Buffer.from([0x1f, 0x8b, 0]), headers)).statusCode).toBe(200);
  expect(bodies).toEqual([Buffer.from([0x1f, 0x8b, 0])]);
  expect((await send(Buffer.from('{}'), {})).statusCode).toBe(401);
  expect(bodies).toHaveLength(1);
});
