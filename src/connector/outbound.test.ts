import { createServer, type Server } from 'node:http';
import { afterAll, describe, expect, it } from 'vitest';
import { sendOutbound, type OutboundRequest } from './outbound.ts';

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close().closeAllConnections();
});

async function serve(onRequest: Parameters<typeof createServer>[1]): Promise<number> {
  const server = createServer({}, onRequest);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

const get = (url: string, more: Partial<OutboundRequest> = {}): OutboundRequest => ({
  method: 'GET',
  url,
  timeoutMs: 2_000,
  maxAnswerBytes: 1_000,
  allowPrivate: false,
  ...more,
});

describe('the guarded way out', () => {
  let hits = 0;
  const port = serve((_request, response) => {
    hits += 1;
    response.end('inside');
  });

  it.each([
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '[::ffff:127.0.0.1]',
    'localhost',
    '169.254.169.254',
    '100.64.0.1',
    '[fd00::1]',
    '[64:ff9b::7f00:1]',
    '0.0.0.0',
    '10.0.0.1',
    '[::1]',
    '[fe80::1]',
    '192.168.1.1',
    '224.0.0.1',
    '[2002:7f00:1::1]',
    '[::ffff:0:127.0.0.1]',
  ])('sends nothing to %s', async (host) => {
    const before = hits;
    const result = await sendOutbound(get(`http://${host}:${await port}/`));
    expect(result.outcome).toBe('refused');
    expect(hits).toBe(before);
  });

  it('follows no redirect', async () => {
    const from = await serve((_request, response) => {
      response.writeHead(302, { location: `http://127.0.0.1:1/secret` }).end();
    });
    const result = await sendOutbound(get(`http://127.0.0.1:${from}/`, { allowPrivate: true }));
    expect(result).toMatchObject({ outcome: 'answered', answer: { status: 302 } });
  });

  it.each(['ftp://example.com/', 'file:///etc/passwd', 'http://user:secret@example.com/', 'nonsense'])(
    'refuses %s and does not repeat a password',
    async (url) => {
      const result = await sendOutbound(get(url));
      expect(result.outcome).toBe('refused');
      expect(JSON.stringify(result)).not.toContain('secret@');
    },
  );

  it('reaches a private address only when that receiver was allowed to', async () => {
    const result = await sendOutbound(get(`http://127.0.0.1:${await port}/`, { allowPrivate: true }));
    expect(result).toMatchObject({ outcome: 'answered', answer: { status: 200 } });
  });

  it('bounds the size of an answer and the time of a silent one', async () => {
    const large = await serve((_request, response) => response.end('x'.repeat(10_000)));
    expect(await sendOutbound(get(`http://127.0.0.1:${large}/`, { allowPrivate: true }))).toMatchObject({
      outcome: 'lost',
      wasSent: true,
    });
    const silent = await serve(() => {});
    const result = await sendOutbound(get(`http://127.0.0.1:${silent}/`, { allowPrivate: true, timeoutMs: 200 }));
    expect(result).toMatchObject({ outcome: 'lost', wasSent: true });
  });

  it('says that nothing was sent when nobody listens', async () => {
    const result = await sendOutbound(get('http://127.0.0.1:1/', { allowPrivate: true }));
    expect(result).toMatchObject({ outcome: 'lost', wasSent: false });
  });
});
