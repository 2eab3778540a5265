import pg from 'pg';
import type { Log } from '../base/log.ts';
import { errors } from './errors.ts';
import { createChannels, type Channels } from './notify.ts';
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
  /** Sessions stay open however long they are idle: with their statements prepared, for what must not wait. */
  staysOpen?: boolean;
  /** Another database's, which ends them. */
  channels?: Channels;
}): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.max ?? 10,
    application_name: options.applicationName ?? 'firebreak',
    connectionTimeoutMillis: 10_000,
    ...(options.staysOpen === true && { idleTimeoutMillis: 0 }),
    statement_timeout: 60_000,
    lock_timeout: 30_000,
    idle_in_transaction_session_timeout: 60_000,
    // For a server that vanished without a farewell; above statement_timeout, which leaves the session sound.
    query_timeout: 90_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    pipeline: true,
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

/**
 * A plan is made once a session, not five times and then perhaps each time: planning costs more than most of our statements.
 * Statements outside a transaction, whose filters are often absent, are planned as PostgreSQL likes.
 */
const begin = 'begin; set local plan_cache_mode = force_generic_plan';

async function transact<T>(send: Send, work: (tx: Transaction) => Promise<T>): Promise<T> {
  let ended = false;
  let firstFailure: unknown;
  const withCommit: Promise<unknown>[] = [];
  const later = (sent: Promise<unknown>) => {
    withCommit.push(sent);
    // It is told with the commit, or not at all when something else has failed before.
    sent.catch(() => {});
  };
  const tx = statementsOn(async (statement) => {
    // The session may be in another's transaction by now.
    if (ended) throw errors.TRANSACTION_ENDED([]);
    try {
      return await send(statement);
    } catch (error) {
      firstFailure ??= error;
      throw error;
    }
  });
  later(send({ text: begin }));
  try {
    const result = await work({ ...tx, later });
    ended = true;
    const commit = send({ text: 'commit' });
    // The session is free only when the commit, which may have become a rollback, is answered too.
    const outcomes = await Promise.allSettled([...withCommit, commit]);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    // PostgreSQL answers the commit of a failed transaction with a rollback and no error.
    if ((await commit).command !== 'COMMIT') throw errors.TRANSACTION_FAILED([]);
    return result;
  } catch (error) {
    const isOpen = !ended;
    ended = true;
    // What `work` threw is what matters; a session that cannot roll back is not reused.
    if (isOpen) await send({ text: 'rollback' }).catch(() => {});
    throw isEcho(error) ? firstFailure : error;
  }
}

/** 25P02: refused because a statement before it, which may have been sent together with it, has failed. */
const isEcho = (error: unknown) => error instanceof pg.DatabaseError && error.code === '25P02';
