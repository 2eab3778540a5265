import { expect, test } from 'vitest';
import { ApiProblem, createClient, pathOf, ServerAway } from './client.ts';
import { listIncidents } from './incidents.ts';
import { armRule } from './rules.ts';
import { getStop, stopResponse } from './stop-switch.ts';

const answering = (status: number, body: string) => {
  const seen: { url: string; init: RequestInit }[] = [];
  const client = createClient({
    baseUrl: 'http://x',
    fetch: async (url, init) => {
      seen.push({ url, init });
      return new Response(status === 204 ? null : body, { status });
    },
  });
  return { client, seen };
};
const stopped = { is_stopped: true, since: null, by: null, reason: null };

test('a call sends what the route says and gives the parsed reply', async () => {
  const { client, seen } = answering(200, JSON.stringify(stopped));
  expect(await client.call(stopResponse, { body: { reason: 'drill' } }, { ifMatch: 3, idempotencyKey: 'k' })).toEqual(
    stopped,
  );
  expect(seen[0]?.url).toBe('http://x/v1/stop');
  expect(seen[0]?.init).toMatchObject({
    method: 'PUT',
    body: '{"reason":"drill"}',
    headers: { 'if-match': '"3"', 'idempotency-key': 'k', 'content-type': 'application/json' },
  });
});

test('an answer that breaks the promise is an error, not a wrong value', async () => {
  await expect(answering(200, '{"is_stopped":"no"}').client.call(getStop, {})).rejects.toThrow();
});

test('a problem is thrown with its code; a foreign error page still makes one', async () => {
  const problem = {
    type: 't',
    title: 't',
    status: 409,
    detail: 'd',
    code: 'RESPOND.REFUSED',
    fix: 'f',
    request_id: 'r',
  };
  await expect(answering(409, JSON.stringify(problem)).client.call(getStop, {})).rejects.toMatchObject({ problem });
  const foreign = answering(502, '<html>bad gateway</html>').client.call(getStop, {});
  await expect(foreign).rejects.toBeInstanceOf(ApiProblem);
  await expect(foreign).rejects.toMatchObject({ problem: { status: 502, code: 'SERVER.UNKNOWN_ANSWER' } });
});

test('no answer at all is told apart', async () => {
  const client = createClient({ baseUrl: 'http://x', fetch: () => Promise.reject(new TypeError('refused')) });
  await expect(client.call(getStop, {})).rejects.toBeInstanceOf(ServerAway);
});

test('path parts are encoded and unset query values are left out', () => {
  expect(pathOf(armRule, { id: 'a/../b', action: 'deny-address' })).toBe(
    '/v1/rules/a%2F..%2Fb/actions/deny-address/arming',
  );
  expect(pathOf(listIncidents, {}, { limit: 5, cursor: undefined })).toBe('/v1/incidents?limit=5');
});
