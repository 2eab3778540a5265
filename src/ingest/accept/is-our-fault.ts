import { FirebreakError } from '../../base/errors.ts';

/**
 * Whether a statement failed for what it said (a value, a constraint, a bug of ours), so that trying again cannot help.
 * Everything else is PostgreSQL being away: refused and lost connections, shutdown, full disk, too many connections.
 * SQLSTATE classes: PostgreSQL documentation, appendix A.
 */
export function isOurFault(error: unknown): boolean {
  if (error instanceof FirebreakError) return error.kind !== 'busy' && error.kind !== 'outside';
  if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError) return true;
  if (!(error instanceof Error)) return true;
  if (error.name === 'ZodError' || error.name === '$ZodError') return true;
  return ['0A', '22', '23', '42', 'P0'].includes(sqlStateOf(error).slice(0, 2));
}

/** Whether the statement met another transaction (deadlock, serialization): PostgreSQL is there, and a repeat will do. */
export function isCollision(error: unknown): boolean {
  return sqlStateOf(error).startsWith('40');
}

function sqlStateOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return '';
  // Codes of sockets (EPIPE) have five characters too.
  return /^[0-9A-Z]{5}$/.test(error.code) && !error.code.startsWith('E') ? error.code : '';
}
