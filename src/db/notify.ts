import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';

/** The wake-ups that cross processes; inside a process they are delivered at once, without PostgreSQL. */
export const channelNames = [
  'sources',
  'batches',
  'findings',
  'incidents',
  'containments',
  'executions',
  'rules',
  'ledger',
] as const;
export type Channel = (typeof channelNames)[number];

export interface Channels {
  /**
   * Wakes everybody who listens: here at once, elsewhere by NOTIFY 30 ms after the first, so that it gathers others and stays
   * out of the way of what it woke here. Call it after the commit.
   */
  wake(channel: Channel): void;
  /** Returns the function that ends the listening. After a reconnect every listener is woken once. */
  listen(channel: Channel, onWake: () => void): () => void;
  close(): Promise<void>;
}

const gatherMs = 30;
const retryMs = 500;
const heartbeatMs = 30_000;

/** Listens and notifies on one connection of its own, made at first use: NOTIFY takes a lock at commit that would serialise the commits of others. */
export function createChannels(url: string, log: Log): Channels {
  const listeners = new Map<Channel, Set<() => void>>();
  const due = new Set<Channel>();
  let timer: NodeJS.Timeout | undefined;
  // A sender does not want its own notification back: the payload is its name.
  const self = randomUUID();
  const closing = new AbortController();
  let client: pg.Client | undefined;
  let connecting: Promise<void> | undefined;
  /** Ends when the connection has answered what it was asked last: it is asked one thing at a time. */
  let answered: Promise<unknown> = Promise.resolve();

  const deliver = (channel: Channel) => {
    for (const onWake of listeners.get(channel) ?? []) onWake();
  };

  async function connectOnce(): Promise<pg.Client> {
    const next = new pg.Client({
      connectionString: url,
      application_name: 'firebreak channels',
      connectionTimeoutMillis: 10_000,
      query_timeout: 10_000,
      keepAlive: true,
    });
    next.on('error', () => lost(next));
    next.on('end', () => lost(next));
    next.on('notification', (message) => {
      if (message.payload === self) return;
      for (const channel of listeners.keys()) if (message.channel === nameOf(channel)) deliver(channel);
    });
    try {
      await next.connect();
      // Channels that are added meanwhile are seen too: a Map gives them to a walk under way.
      for (const channel of listeners.keys()) await next.query(`listen ${nameOf(channel)}`);
      return next;
    } catch (error) {
      await next.end().catch(() => {});
      throw error;
    }
  }

  async function connect(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        client = await connectOnce();
        answered = Promise.resolve();
        sendDue();
        for (const channel of listeners.keys()) deliver(channel);
        return;
      } catch (error) {
        log.warn(
          { error: messageOf(error) },
          'The connection for wake-ups failed; polling goes on and it is tried again.',
        );
        await pause(retryMs, undefined, { signal: closing.signal }).catch(() => {});
      }
    }
  }

  function lost(from: pg.Client): void {
    if (client !== from || closing.signal.aborted) return;
    client = undefined;
    void from.end().catch(() => {});
    connecting = connect();
  }

  function ask(through: pg.Client, text: string, values: readonly unknown[] = []): Promise<unknown> {
    const answer = answered.then(() => through.query(text, [...values]));
    answered = answer.catch(() => {});
    return answer;
  }

  /** While there is no connection they stay due. */
  function sendDue(): void {
    clearTimeout(timer);
    timer = undefined;
    connecting ??= connect();
    const through = client;
    if (!through || due.size === 0) return;
    const channels = [...due];
    due.clear();
    const names = channels.map((channel) => nameOf(channel));
    ask(through, 'select pg_notify(name, $2) from unnest($1::text[]) as name', [names, self]).catch(
      (error: unknown) => {
        log.debug({ channels, error: messageOf(error) }, 'Wake-ups were not sent; the listeners poll.');
        lost(through);
      },
    );
  }

  // A peer that vanished without a farewell is noticed by a question that is not answered.
  const heartbeat = setInterval(() => {
    const through = client;
    if (through) ask(through, 'select 1').catch(() => lost(through));
  }, heartbeatMs);
  heartbeat.unref();

  return {
    wake(channel) {
      deliver(channel);
      due.add(channel);
      timer ??= setTimeout(sendDue, gatherMs);
    },
    listen(channel, onWake) {
      const known = listeners.get(channel);
      if (known) known.add(onWake);
      else {
        listeners.set(channel, new Set([onWake]));
        const through = client;
        if (through) ask(through, `listen ${nameOf(channel)}`).catch(() => lost(through));
      }
      connecting ??= connect();
      return () => listeners.get(channel)?.delete(onWake);
    },
    async close() {
      clearInterval(heartbeat);
      // Of a command that ends at once: what it woke must still hear it.
      if (due.size > 0) sendDue();
      closing.abort();
      await connecting?.catch(() => {});
      await answered;
      await client?.end().catch(() => {});
    },
  };
}

const nameOf = (channel: Channel) => `firebreak_${channel}`;
