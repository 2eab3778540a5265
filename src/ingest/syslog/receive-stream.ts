import { readFile } from 'node:fs/promises';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, TLSSocket, type TlsOptions } from 'node:tls';
import { FirebreakError, messageOf } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { RawEvent, SourceInfo } from '../../schema/event.ts';
import { errors } from '../errors.ts';
import { rawEvent } from '../raw-event.ts';
import type { Receiver, ReceiverContext } from '../receiver.ts';
import { listenProblem } from './listen-problem.ts';
import { createFrameSplitter, type Frame } from './split-frames.ts';

export interface StreamSettings {
  host: string;
  port: number;
  max_event_bytes: number;
  max_connections: number;
  max_connections_per_peer: number;
}

export interface TlsSettings extends StreamSettings {
  cert_path: string;
  key_path: string;
  client_ca_path?: string | undefined;
  require_client_cert: boolean;
}

/** A sender that says nothing for so long is gone; it connects again when it has something to say. */
const idleMs = 3_600_000;
const handshakeMs = 10_000;

/**
 * Receives syslog over TCP, by lines or octet-counted as each connection begins. A connection is read no further while
 * its last messages wait for their commit: that is the back-pressure.
 */
export async function receiveTcp(context: ReceiverContext, settings: StreamSettings): Promise<Receiver> {
  const server = createTcpServer();
  return serve(context, settings, server, 'connection', () => context.source);
}

/** The same over TLS. A connection with a client certificate of the named authority is authenticated, others are not. */
export async function receiveTls(context: ReceiverContext, settings: TlsSettings): Promise<Receiver> {
  const server = createTlsServer(await tlsOptions(settings));
  const trusted: SourceInfo = { ...context.source, channel_trust: 'authenticated' };
  const anybody: SourceInfo = { ...context.source, channel_trust: 'unauthenticated' };
  // A failed handshake is the peer's matter.
  server.on('tlsClientError', (error, socket) => {
    context.log.debug({ error: error.message }, 'A TLS handshake failed.');
    socket.destroy();
  });
  return serve(context, settings, server, 'secureConnection', (socket) =>
    settings.client_ca_path !== undefined && socket instanceof TLSSocket && socket.authorized ? trusted : anybody,
  );
}

async function tlsOptions(settings: TlsSettings): Promise<TlsOptions> {
  const read = (path: string) =>
    readFile(path).catch((error: unknown) => {
      throw errors.TLS_FILE([path, messageOf(error)], { cause: error });
    });
  const options: TlsOptions = {
    cert: await read(settings.cert_path),
    key: await read(settings.key_path),
    minVersion: 'TLSv1.2',
    handshakeTimeout: handshakeMs,
    rejectUnauthorized: settings.require_client_cert,
  };
  if (settings.client_ca_path === undefined) return { ...options, rejectUnauthorized: false };
  return { ...options, ca: await read(settings.client_ca_path), requestCert: true };
}

async function serve(
  context: ReceiverContext,
  settings: StreamSettings,
  server: Server,
  event: 'connection' | 'secureConnection',
  sourceOf: (socket: Socket) => SourceInfo,
): Promise<Receiver> {
  const raw = new Set<Socket>();
  const perPeer = new Map<string, number>();
  const reading = new Set<Promise<void>>();
  let stopped = false;

  // Counted before a handshake: an unfinished one takes a place too.
  server.on('connection', (socket: Socket) => {
    const peer = socket.remoteAddress ?? '';
    const ofPeer = perPeer.get(peer) ?? 0;
    if (stopped || raw.size >= settings.max_connections || ofPeer >= settings.max_connections_per_peer) {
      context.log.debug({ peer, source: context.source.source_id }, 'A connection above the limit was closed.');
      socket.destroy();
      return;
    }
    raw.add(socket);
    perPeer.set(peer, ofPeer + 1);
    socket.once('close', () => {
      raw.delete(socket);
      const left = (perPeer.get(peer) ?? 1) - 1;
      if (left > 0) perPeer.set(peer, left);
      else perPeer.delete(peer);
    });
    socket.on('error', () => {});
  });
  server.on(event, (socket: Socket) => {
    if (socket.destroyed) return;
    socket.on('error', () => {});
    const done = readConnection(context, settings, socket, sourceOf(socket))
      .catch((error: unknown) => context.log.debug({ error: messageOf(error) }, 'A syslog connection ended early.'))
      .then(() => {
        socket.destroy();
        reading.delete(done);
      });
    reading.add(done);
  });

  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error) => {
      const { message, fix, code } = listenProblem(settings, error);
      reject(new FirebreakError({ code, message, fix, kind: 'outside', cause: error }));
    };
    server.once('error', fail);
    server.listen({ host: settings.host, port: settings.port }, () => {
      server.removeListener('error', fail);
      resolve();
    });
  }).catch((error: unknown) => {
    server.close();
    throw error;
  });
  server.on('error', (error) => context.onProblem(listenProblem(settings, error)));
  const address = server.address();

  return {
    ...(typeof address === 'object' && address ? { port: address.port } : {}),
    async stop() {
      stopped = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of raw) socket.destroy();
      await closed;
      await Promise.all(reading);
    },
  };
}

async function readConnection(
  context: ReceiverContext,
  settings: StreamSettings,
  socket: Socket,
  source: SourceInfo,
): Promise<void> {
  const { clock } = context;
  const connection = newId('connection', clock.now());
  const peerAddress = socket.remoteAddress?.replace(/^::ffff:/, '');
  const splitter = createFrameSplitter(settings.max_event_bytes);
  socket.setTimeout(idleMs, () => socket.destroy());

  async function keep(frames: readonly Frame[]): Promise<void> {
    const receivedAt = clock.now();
    const events: RawEvent[] = frames
      .filter((frame) => frame.bytes.length > 0)
      .map(({ bytes, offset, truncatedFromBytes }) =>
        rawEvent(bytes, { uid: `${connection}:${offset}`, receivedAt, truncatedFromBytes, peerAddress }),
      );
    if (events.length > 0) await context.accept(source, events, { patience: 'hold' });
  }

  try {
    for await (const chunk of socket) {
      await keep(splitter.push(Buffer.from(chunk)));
      const problem = splitter.problem();
      if (problem === undefined) continue;
      context.log.warn({ peer: peerAddress, source: source.source_id, problem }, 'A syslog connection was closed.');
      return;
    }
  } finally {
    const last = splitter.flush();
    if (last) await keep([last]);
  }
}
