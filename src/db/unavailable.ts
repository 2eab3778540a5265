import pg from 'pg';
import { FirebreakError } from '../base/errors.ts';
import { errors } from './errors.ts';

/**
 * SQLSTATE classes and codes that say "not now" (PostgreSQL manual, appendix A): 08 connection exception, 53 insufficient
 * resources, 57P01 to 57P05 shutdown, crash, start-up, dropped database and idle time-out, 25P03 and 25P04 ended by a
 * time-out of ours, 25006 a standby that only reads.
 */
const unavailableState = /^(?:08|53)|^57P0[1-5]$|^25P0[34]$|^25006$/;

const unavailableSystemErrors = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** True when the error says that the database is away or full, and trying again later may succeed: answer 503, hold positions. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof FirebreakError && error.code === 'DB.UNREACHABLE') return true;
  if (error instanceof pg.DatabaseError) return unavailableState.test(error.code ?? '');
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string') {
    if (unavailableSystemErrors.has(error.code)) return true;
    // The socket file is gone: the server is down.
    if (error.code === 'ENOENT' && 'syscall' in error && error.syscall === 'connect') return true;
  }
  if (error instanceof AggregateError) return error.errors.some(isUnavailable);
  return isUnavailable(error.cause);
}

/** Whether the session of the error can go on: PostgreSQL answered, and it was not a farewell. */
export function isSessionSound(error: unknown): boolean {
  // 0A000 by this routine: a prepared statement whose table has changed; a new session prepares it anew.
  if (error instanceof pg.DatabaseError)
    return !isUnavailable(error) && !(error.code === '0A000' && error.routine === 'RevalidateCachedQuery');
  return error instanceof TypeError;
}

/**
 * What the driver threw, with DB.UNREACHABLE around everything that is no answer of PostgreSQL to the statement: the
 * driver's own errors ("Connection terminated unexpectedly") carry no code. A TypeError is a value it cannot send.
 */
export function asUnreachable(error: unknown): unknown {
  if (error instanceof FirebreakError || error instanceof TypeError) return error;
  if (error instanceof pg.DatabaseError && !isUnavailable(error)) return error;
  return errors.UNREACHABLE([error instanceof Error ? error.message : String(error)], { cause: error });
}
