import type { MessagePort } from 'node:worker_threads';
import type { Channel, Channels } from '../db/index.ts';

export interface RelayedChannels extends Channels {
  /** The server says that it was woken. */
  hear(channel: Channel): void;
}

/** A thread's channels are the server's: it needs no session to listen, and the server is woken at once. */
export function relayedChannels(port: Pick<MessagePort, 'postMessage'>): RelayedChannels {
  const listeners = new Map<Channel, Set<() => void>>();
  return {
    wake: (channel) => port.postMessage({ wake: channel }),
    listen(channel, onWake) {
      const known = listeners.get(channel) ?? new Set();
      listeners.set(channel, known.add(onWake));
      return () => known.delete(onWake);
    },
    hear(channel) {
      for (const onWake of listeners.get(channel) ?? []) onWake();
    },
    async close() {},
  };
}
