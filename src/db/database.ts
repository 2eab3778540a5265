import pg from 'pg';
import type { Log } from '../base/log.ts';
import { errors } from './errors.ts';
import { createChannels, type Channels } from './notify.ts';
import { statementsOn, type Send, type Tx } from './statement.ts';
import { asUnreachable, isSessionSound } from './unavailable.ts';

export interface Database {
  /** Statements outside a transaction: each commits on its own. */
  readonly read: Tx;
  /**
   * One transaction: commits when `work` resolves, rolls back when it throws. Throws DB.UNREACHABLE when PostgreSQL is
   * away; when that happened while committing, the outcome is unknown: repeat only what is idempotent.
   */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
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
export function openDatabase(options: { url: string; log: Log; max?: number; applicationName?: string }): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.max ?? 10,
    application_name: options.applicationName ?? 'firebreak',
    connectionTimeoutMillis: 10_000,
    statement_timeout: 60_000,
    lock_timeout: 30_000,
    idle_in_transaction_session_timeout: 60_000,
    // For a server that vanished without a farewell; above statement_timeout, which leaves the session sound.
    query_timeout: 90_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types,
  });
  pool.on('error', (error) => options.log.warn({ error: error.message }, 'An idle database connection was lost.'));
  // A lost session rejects its statement and also emits; without a listener on a session in use that would end the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  const channels = createChannels(options.url, options.log);
  return {
    read: statementsOn((statement) => onClient(pool, (send) => send(statement))),
    transaction: (work) => onClient(pool, (send) => transact(send, work)),
    channels,
    pool,
    async close() {
      await channels.close();
      await pool.end();
    },
  };
}

/** Runs `work` on a session of its own, which goes back to the pool if it is sound. */
async function onClient<T>(pool: pg.Pool, work: (send: Send) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    throw asUnreachable(error);
  });
  let sound = true;
  const send: Send = async (statement) => {
    try {
      return await client.query(statement);
    } catch (error) {
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

async function transact<T>(send: Send, work: (tx: Tx) => Promise<T>): Promise<T> {
  let ended = false;
  const tx = statementsOn((statement) => {
    // The session may be in another's transaction by now.
    if (ended) throw errors.TRANSACTION_ENDED([]);
    return send(statement);
  });
  await send({ text: 'begin' });
  let result: T;
  try {
    result = await work(tx);
  } catch (error) {
    ended = true;
    // What `work` threw is what matters; a session that cannot roll back is not reused.
    await send({ text: 'rollback' }).catch(() => {});
    throw error;
  }
  ended = true;
  const { command } = await send({ text: 'commit' });
  // PostgreSQL answers the commit of a failed transaction with a rollback and no error.
  if (command !== 'COMMIT') throw errors.TRANSACTION_FAILED([]);
  return result;
}
