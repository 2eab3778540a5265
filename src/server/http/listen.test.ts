import { createServer } from 'node:net';
import fastify from 'fastify';
import { expect, test } from 'vitest';
import { checkExposure, isLoopback, listen } from './listen.ts';

test('plain HTTP stays on this machine unless the owner says otherwise', () => {
  for (const host of ['127.0.0.1', '127.8.8.8', '::1', 'localhost']) expect(isLoopback(host)).toBe(true);
  for (const host of ['0.0.0.0', '::', '192.0.2.1', 'firebreak.example', '127.0.0.1.example'])
    expect(() => checkExposure({ host, insecure: false }, false)).toThrow('travel readable');
  checkExposure({ host: '0.0.0.0', insecure: true }, false);
  checkExposure({ host: '0.0.0.0', insecure: false }, true);
});

test('a port in use is told with one that is free', async () => {
  const holder = createServer();
  const port = await new Promise<number>((resolve) => {
    holder.listen(0, '127.0.0.1', () => {
      const address = holder.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  const app = fastify();
  await expect(listen(app, { host: '127.0.0.1', port })).rejects.toMatchObject({
    code: 'SERVER.PORT_IN_USE',
    fix: expect.stringMatching(/--http\.port \d+, which is free/),
  });
  holder.close();
  await app.close();
});

test('an address that is not here is told as such', async () => {
  const app = fastify();
  await expect(listen(app, { host: '192.0.2.1', port: 0 })).rejects.toMatchObject({ code: 'SERVER.CANNOT_LISTEN' });
  await app.close();
});
