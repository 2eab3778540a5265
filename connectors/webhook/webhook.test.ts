import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { hasCorpus, readCorpus } from '../../test/corpus.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { Notification } from '../../src/connector/index.ts';
import { createWebhookNotifier } from './index.ts';
import { keyOf, sign } from './sign.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const folder = mkdtempSync(join(tmpdir(), 'firebreak-webhook-'));
const secretFile = join(folder, 'secret');
writeFileSync(secretFile, `${secret}\n`);
const servers: Server[] = [];
afterAll(() => {
  rmSync(folder, { recursive: true });
  for (const server of servers) server.close().closeAllConnections();
});

const notification: Notification = {
  id: 'notification--0198a1c2-0000-8000-8000-000000000001',
  title: 'Denied 192.0.2.9',
  text: 'naïve\nß',
  severityId: 4,
  at: 1_767_225_600_000,
  data: { incident_id: 'incident--x' },
};
const never = new AbortController().signal;

async function receiver(status: number, headers: Record<string, string> = {}) {
  const got: { headers: IncomingHttpHeaders; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      got.push({ headers: request.headers, body });
      response.writeHead(status, headers).end();
    });
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { got, url: `http://127.0.0.1:${port}/hook` };
}

describe('a signed webhook', () => {
  it('is verified by the reference library, and a changed body is not', async () => {
    const { got, url } = await receiver(204);
    const notifier = createWebhookNotifier({ url, secretFile, allowPrivate: true }, systemClock);
    expect(await notifier.send(notification, never)).toMatchObject({ outcome: 'delivered' });
    const [request] = got;
    const headers = z
      .object({ 'webhook-id': z.string(), 'webhook-timestamp': z.string(), 'webhook-signature': z.string() })
      .parse(request?.headers);
    expect(headers['webhook-id']).toBe(notification.id);
    expect(new Webhook(secret).verify(request?.body ?? '', headers)).toMatchObject({ type: 'firebreak.notification' });
    expect(() => new Webhook(secret).verify(`${request?.body} `, headers)).toThrow();
  });

  it('is not sent to a private address that was not allowed', async () => {
    const { got, url } = await receiver(204);
    const notifier = createWebhookNotifier({ url, secretFile, allowPrivate: false }, systemClock);
    expect(await notifier.send(notification, never)).toMatchObject({ outcome: 'failed' });
    expect(got).toHaveLength(0);
  });

  it.each([
    [503, { 'retry-after': '7' }, { outcome: 'retry', retryAfterMs: 7_000 }],
    [429, {}, { outcome: 'retry' }],
    [410, {}, { outcome: 'failed' }],
    [302, { location: 'http://127.0.0.1:1/' }, { outcome: 'failed' }],
  ])('a receiver that answers %i %j gives %j', async (status, headers, outcome) => {
    const { url } = await receiver(status, { ...headers });
    const notifier = createWebhookNotifier({ url, secretFile, allowPrivate: true }, systemClock);
    expect(await notifier.send(notification, never)).toMatchObject(outcome);
  });

  it('says which file holds no secret, and not what it holds', async () => {
    const bad = join(folder, 'bad');
    writeFileSync(bad, 'hunter2 hunter2');
    const notifier = createWebhookNotifier(
      { url: 'http://127.0.0.1:1', secretFile: bad, allowPrivate: true },
      systemClock,
    );
    const result = await notifier.send(notification, never);
    expect(result).toMatchObject({ outcome: 'failed' });
    expect(result.detail).toContain(bad);
    expect(result.detail).not.toContain('hunter2');
  });
});

const vectorsPath = 'standards/webhooks/standard-webhooks-vectors.json';
describe.skipIf(!hasCorpus(vectorsPath))('the vectors of Standard Webhooks', () => {
  const Vectors = z.object({
    vectors: z.array(
      z.object({
        name: z.string(),
        secret: z.string(),
        id: z.string(),
        timestamp: z.number(),
        body: z.string(),
        signature: z.string(),
      }),
    ),
  });
  const vectors = hasCorpus(vectorsPath) ? Vectors.parse(JSON.parse(readCorpus(vectorsPath))).vectors : [];
  it.each(vectors.map((vector) => [vector.name, vector] as const))('%s', (_name, vector) => {
    const key = keyOf(vector.secret) ?? Buffer.alloc(0);
    expect(sign(key, vector.id, vector.timestamp, vector.body)).toBe(vector.signature);
  });
});
