import { hostname } from 'node:os';
import pg from 'pg';
import { z } from 'zod';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';

/** This process's place among the engine processes, held by a lock of one database session. */
export interface Executor {
  readonly id: string;
  /**
   * Says that we live, and looks for others that do not. `takeOver` is called while the dead one's lock is held here;
   * when it resolves, the dead one is struck off. It gives the number of runs it took.
   */
  sweep(takeOver: (deadId: string) => Promise<number>): Promise<void>;
  /** Leaves in an orderly way. Runs that were `left` unfinished here are taken over by others. */
  leave(left: number): Promise<void>;
}

const lockOf = (id: string) => `firebreak.executor.${id}`;
const Others = z.array(z.object({ id: z.string(), stands_still: z.boolean() }));

/**
 * Joins the engine processes under a random id. `onLost` is called once when the session is gone: this process may no
 * longer act and must end, since others take its runs over.
 * @param standstillMs a process that has not said for so long that it lives is cut off, although its session stands
 *   (stopped, swapped out, its event loop blocked)
 */
export async function joinExecutors(options: {
  url: string;
  id: string;
  log: Log;
  standstillMs: number;
  onLost: (reason: string) => void;
}): Promise<Executor> {
  const client = new pg.Client({
    connectionString: options.url,
    application_name: 'firebreak executor',
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
  });
  let hasLeft = false;
  const lost = (reason: string) => {
    if (hasLeft) return;
    hasLeft = true;
    options.onLost(reason);
  };
  client.on('error', (error) => lost(messageOf(error)));
  client.on('end', () => lost('The session ended.'));
  await client.connect();
  // For a machine that vanishes: the server drops the session within about 20 s. Without effect on unix sockets.
  await client.query(
    "set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3; set tcp_user_timeout = '20s'",
  );
  await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [lockOf(options.id)]);
  await client.query('insert into executors (id, host, pid, backend_pid) values ($1, $2, $3, pg_backend_pid())', [
    options.id,
    hostname(),
    process.pid,
  ]);

  async function sweep(takeOver: (deadId: string) => Promise<number>): Promise<void> {
    const alive = await client.query('update executors set seen_at = clock_timestamp() where id = $1', [options.id]);
    if (alive.rowCount === 0) return lost('Another process has struck this one off.');
    const { rows } = await client.query(
      `select id, seen_at < clock_timestamp() - make_interval(secs => $2) as stands_still
       from executors where id <> $1 order by id`,
      [options.id, options.standstillMs / 1_000],
    );
    for (const other of Others.parse(rows)) {
      if (!(await tryLock(other.id))) {
        if (other.stands_still) await cutOff(other.id);
        continue;
      }
      try {
        const runs = await takeOver(other.id);
        if (runs > 0)
          options.log.warn({ executor: other.id, runs }, 'An engine process is gone; its runs are taken over.');
        else options.log.info({ executor: other.id }, 'An engine process is gone; it left nothing to take over.');
        await client.query('delete from executors where id = $1', [other.id]);
      } finally {
        await client.query('select pg_advisory_unlock(hashtextextended($1, 0))', [lockOf(other.id)]);
      }
    }
  }

  async function tryLock(id: string): Promise<boolean> {
    const { rows } = await client.query('select pg_try_advisory_lock(hashtextextended($1, 0)) as held', [lockOf(id)]);
    return z.array(z.object({ held: z.boolean() })).parse(rows)[0]?.held === true;
  }

  /** Ends the session that holds its lock: when the process wakes, it finds itself without, and ends. */
  async function cutOff(id: string): Promise<void> {
    options.log.warn({ executor: id }, 'An engine process stands still and is cut off.');
    await client.query(
      `select pg_terminate_backend(l.pid) from pg_locks l
       where l.locktype = 'advisory' and l.objsubid = 1 and l.granted
         and l.database = (select oid from pg_database where datname = current_database())
         and ((l.classid::bigint << 32) | l.objid::bigint) = hashtextextended($1, 0)`,
      [lockOf(id)],
    );
  }

  return {
    id: options.id,
    async sweep(takeOver) {
      try {
        await sweep(takeOver);
      } catch (error) {
        // The session decides: if it is gone, 'end' has said so.
        if (!hasLeft) throw error;
      }
    },
    async leave(left) {
      hasLeft = true;
      if (left === 0) await client.query('delete from executors where id = $1', [options.id]).catch(() => {});
      await client.end().catch(() => {});
    },
  };
}
