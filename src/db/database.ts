import pg from 'pg';
import type { Log } from '../base/log.ts';
import { NotReached } from './batch.ts';
import { errors } from './errors.ts';
import { createChannels, type Channels } from './notify.ts';
import { createSession, type Session } from './session.ts';
import { statementsOn, type Send, type Transaction, type Tx } from './statement.ts';
import { asUnreachable, isSessionSound } from './unavailable.ts';

export interface Database {
  /** Statements outside a transaction: each commits on its own. */
  readonly read: Tx;
  /**
   * One transaction: commits when `work` resolves, rolls back when it throws. Statements that do not wait for each other
   * (Promise.all) travel together and are carried out in the order given. Throws DB.UNREACHABLE when PostgreSQL is
   * away; when that happened while committing, the outcome is unknown: repeat only what is idempotent.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Wake-ups between processes. Coalesced; a wake-up is a hint and never carries data. */
  readonly channels: Channels;
  /** For libraries that bring their own statements (DBOS, COPY). */
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

// int8 as number: our counters stay far below 2^53.
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === 20 ? Number : pg.types.getTypeParser(oid, format)) as never,
};

/**
 * Opens a pool; connects at the first statement and again after every loss, so it may be opened while PostgreSQL is away.
 * A statement ends after 60 s, a wait for a row lock after 30 s, and a transaction that stands idle (a stopped process
 * holding locks) after 60 s; `set local statement_timeout` gives a statement longer.
 */
export function openDatabase(options: {
  url: string;
  log: Log;
  max?: number;
  applicationName?: string;
  /**
   * For the same few statements over and over, which must not wait: sessions stay open however long they are idle, and plan
   * each statement once, without looking at its values. Else PostgreSQL decides, for filters that are often absent.
   */
  isFixed?: boolean;
  /**
   * What is written can be made again from what was committed before, and nobody outside hears of it earlier than of a commit
   * that waits for the disk: so these do not. PostgreSQL 18 §28.4: a later commit that waits carries them along.
   */
  isRepeatable?: boolean;
  /** Another database's, which ends them. */
  channels?: Channels;
}): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.max ?? 10,
    application_name: options.applicationName ?? 'firebreak',
    connectionTimeoutMillis: 10_000,
    ...(options.isFixed === true && { idleTimeoutMillis: 0 }),
    options: [
      ...(options.isFixed === true ? ['-c plan_cache_mode=force_generic_plan'] : []),
      ...(options.isRepeatable === true ? ['-c synchronous_commit=off'] : []),
    ].join(' '),
    statement_timeout: 60_000,
    lock_timeout: 30_000,
    idle_in_transaction_session_timeout: 60_000,
    // For a server that vanished without a farewell; above statement_timeout, which leaves the session sound.
    query_timeout: 90_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types,
  });
  pool.on('error', (error) => {
    // Sessions that are being closed may hear that the server stops before they are gone.
    if (!pool.ending) options.log.warn({ error: error.message }, 'An idle database connection was lost.');
  });
  // A lost session rejects its statement and also emits; without a listener on a session in use that would end the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  const channels = options.channels ?? createChannels(options.url, options.log);
  return {
    read: statementsOn((statement) => onClient(pool, (send) => send(statement))),
    transaction: (work) => onClient(pool, (send) => transact(send, work)),
    channels,
    pool,
    async close() {
      if (options.channels === undefined) await channels.close();
      await pool.end();
    },
  };
}

const sessions = new WeakMap<pg.PoolClient, Session>();

function sessionOf(client: pg.PoolClient): Session {
  const session = sessions.get(client) ?? createSession(client, types);
  sessions.set(client, session);
  return session;
}

/** Runs `work` on a session of its own, which goes back to the pool if it is sound. */
async function onClient<T>(pool: pg.Pool, work: (send: Send) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    throw asUnreachable(error);
  });
  const session = sessionOf(client);
  let sound = true;
  const send: Send = async (statement) => {
    try {
      return await session.send(statement);
    } catch (error) {
      if (error instanceof NotReached) throw error;
      sound &&= isSessionSound(error);
      throw asUnreachable(error);
    }
  };
  try {
    return await work(send);
  } finally {
    client.release(!sound);
  }
}

async function transact<T>(send: Send, work: (tx: Transaction) => Promise<T>): Promise<T> {
  let ended = false;
  let firstFailure: unknown;
  const withCommit: Promise<unknown>[] = [];
  const later = (sent: Promise<unknown>) => {
    withCommit.push(sent);
    // It is told with the commit, or not at all when something else has failed before.
    sent.catch(() => {});
  };
  const noted: Send = async (statement) => {
    try {
      return await send(statement);
    } catch (error) {
      firstFailure ??= error;
      throw error;
    }
  };
  const tx = statementsOn((statement) => {
    // The session may be in another's transaction by now.
    if (ended) throw errors.TRANSACTION_ENDED([]);
    return noted(statement);
  });
  later(noted({ text: 'begin', values: [] }));
  try {
    const result = await work({ ...tx, later });
    ended = true;
    const committing = commit(send);
    const sent = await Promise.allSettled(withCommit);
    const refused = sent.find((outcome) => outcome.status === 'rejected');
    const [committed] = await Promise.allSettled([committing]);
    if (committed.status === 'rejected') throw refused ? refused.reason : committed.reason;
    if (refused) throw errors.FAILED_AFTER_COMMIT([String(refused.reason)], { cause: refused.reason });
    return result;
  } catch (error) {
    ended = true;
    // What failed first is what matters; a session that cannot roll back is not reused.
    await send({ text: 'rollback', values: [] }).catch(() => {});
    throw isEcho(error) ? firstFailure : error;
  }
}

async function commit(send: Send): Promise<void> {
  const { command } = await send({ text: 'commit', values: [] });
  // PostgreSQL answers the commit of a failed transaction with a rollback and no error.
  if (command !== 'COMMIT') throw errors.TRANSACTION_FAILED([]);
}

/** Refused because a statement before it has failed: sent together with it, or (25P02) earlier in the transaction. */
const isEcho = (error: unknown) =>
  error instanceof NotReached || (error instanceof pg.DatabaseError && error.code === '25P02');
