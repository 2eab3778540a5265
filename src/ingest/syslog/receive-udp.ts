import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { RawEvent } from '../../schema/event.ts';
import { FirebreakError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import { rawEvent } from '../raw-event.ts';
import type { Receiver, ReceiverContext } from '../receiver.ts';
import { cutAtCharacter } from '../split-lines.ts';
import { listenProblem } from './listen-problem.ts';
import { readKernelSocket } from './kernel-socket.ts';

export interface UdpSettings {
  host: string;
  port: number;
  max_event_bytes: number;
}

/** What the kernel may hold for us; it gives as much as net.core.rmem_max allows. */
const receiveBufferBytes = 32 * 1_048_576;
const countEveryMs = 5_000;
/** How long a stop reads on what the kernel already holds. */
const drainMs = 500;
/** Datagrams that wait for a commit; beyond it they are dropped and counted, as the kernel would. */
const maxWaiting = 100_000;

/**
 * Receives syslog datagrams, one message each. Best effort: what the kernel dropped for this socket, and what came
 * while memory was full, is counted as lost.
 */
export async function receiveUdp(context: ReceiverContext, settings: UdpSettings): Promise<Receiver> {
  const { clock, source } = context;
  const socket = createSocket({ type: isIPv6(settings.host) ? 'udp6' : 'udp4' });
  await bind(socket, settings);
  const { port, address } = socket.address();
  const connection = newId('socket', clock.now());
  let sequence = 0;
  let gathered: RawEvent[] = [];
  let waiting = 0;
  let lost = 0;
  let dropped = (await readKernelSocket(address, port))?.drops ?? 0;
  const commits = new Set<Promise<void>>();

  function hand(): void {
    const events = gathered;
    gathered = [];
    const done = context
      .accept(source, events, { patience: 'hold' })
      .then(() => undefined)
      .catch(() => {
        lost += events.length;
      })
      .then(() => {
        waiting -= events.length;
        commits.delete(done);
      });
    commits.add(done);
  }

  socket.on('message', (message, peer) => {
    if (waiting >= maxWaiting) {
      lost += 1;
      return;
    }
    let end = message.length;
    while (end > 0 && (message[end - 1] === 0x0a || message[end - 1] === 0x0d || message[end - 1] === 0)) end -= 1;
    if (end === 0) return;
    waiting += 1;
    sequence += 1;
    const bytes = cutAtCharacter(message.subarray(0, end), settings.max_event_bytes);
    const truncatedFromBytes = end > settings.max_event_bytes ? end : undefined;
    const peerAddress = peer.address;
    const uid = `${connection}:${sequence}`;
    // What the same turn of the loop receives shares a batch.
    if (gathered.length === 0) setImmediate(hand);
    gathered.push(rawEvent(bytes, { uid, receivedAt: clock.now(), truncatedFromBytes, peerAddress }));
  });
  socket.on('error', (error) => context.onProblem(listenProblem(settings, error)));

  async function count(): Promise<void> {
    const now = (await readKernelSocket(address, port))?.drops ?? dropped;
    const news = lost + Math.max(0, now - dropped);
    dropped = now;
    lost = 0;
    if (news > 0) context.onLost(news);
  }
  const timer = setInterval(() => void count(), countEveryMs);

  return {
    port,
    async stop() {
      clearInterval(timer);
      const deadline = performance.now() + drainMs;
      while (performance.now() < deadline && ((await readKernelSocket(address, port))?.queuedBytes ?? 0) > 0);
      await count();
      socket.removeAllListeners('message');
      await new Promise<void>((resolve) => socket.close(() => resolve()));
      // What the loop gathered is handed in before the last commit.
      if (gathered.length > 0) await new Promise((resolve) => setImmediate(resolve));
      await Promise.all(commits);
      if (lost > 0) context.onLost(lost);
    },
  };
}

async function bind(socket: Socket, settings: UdpSettings): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error) => {
      const { message, fix, code } = listenProblem(settings, error);
      reject(new FirebreakError({ code, message, fix, kind: 'outside', cause: error }));
    };
    socket.once('error', fail);
    socket.bind({ address: settings.host, port: settings.port }, () => {
      socket.removeListener('error', fail);
      resolve();
    });
  });
  // The kernel caps it silently; some systems refuse a size above their limit instead.
  for (let size = receiveBufferBytes; size >= 262_144; size /= 2) {
    try {
      socket.setRecvBufferSize(size);
      return;
    } catch {
      continue;
    }
  }
}
