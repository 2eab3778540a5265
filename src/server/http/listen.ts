import { createServer } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { isInRange, canonicalAddress } from '../../base/address.ts';
import { FirebreakError, messageOf } from '../../base/errors.ts';
import { errors } from '../errors.ts';

export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  const address = canonicalAddress(host);
  return address !== undefined && (isInRange(address, '127.0.0.0/8') || address === '::1');
}

/** Passwords do not travel readable: anything but loopback needs TLS, or the owner's word. Throws SERVER.OPEN_WITHOUT_TLS. */
export function checkExposure(http: { host: string; insecure: boolean }, isTls: boolean): void {
  if (!isTls && !http.insecure && !isLoopback(http.host)) throw errors.OPEN_WITHOUT_TLS([http.host]);
}

/** Listens and gives the port. Throws SERVER.PORT_IN_USE, which names the next free one, or SERVER.CANNOT_LISTEN. */
export async function listen(app: FastifyInstance, http: { host: string; port: number }): Promise<number> {
  try {
    await app.listen({ host: http.host, port: http.port });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') throw await inUse(http);
    throw errors.CANNOT_LISTEN([http.host, http.port, messageOf(error)], { cause: error });
  }
  const address = app.server.address();
  return typeof address === 'object' && address ? address.port : http.port;
}

/** Looks before anything is started; undefined when the port can be had. */
export async function portInUse(http: { host: string; port: number }): Promise<FirebreakError | undefined> {
  return http.port === 0 || (await isFree(http.host, http.port)) ? undefined : inUse(http);
}

async function inUse(http: { host: string; port: number }): Promise<FirebreakError> {
  const error = errors.PORT_IN_USE([http.host, http.port]);
  for (let port = http.port + 1; port < Math.min(http.port + 20, 65_536); port += 1)
    if (await isFree(http.host, port))
      return new FirebreakError({
        code: error.code,
        kind: error.kind,
        message: error.message,
        fix: `Stop that program, or start with --http.port ${port}, which is free.`,
      });
  return error;
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    // Any other error is told by the real attempt to listen.
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'EADDRINUSE'));
    probe.listen({ host, port }, () => probe.close(() => resolve(true)));
  });
}
