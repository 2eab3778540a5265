import { messageOf } from '../../base/errors.ts';
import type { SourceProblem } from '../../schema/source.ts';
import { errors } from '../errors.ts';

/** Why a socket cannot listen, with what to do about it. */
export function listenProblem(where: { host: string; port: number }, error: unknown): SourceProblem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const at = `${where.host} port ${where.port}`;
  const {
    code: name,
    message,
    fix,
  } = code === 'EADDRINUSE'
    ? errors.PORT_IN_USE([at])
    : code === 'EACCES'
      ? errors.PORT_FORBIDDEN([at])
      : errors.CANNOT_LISTEN([at, messageOf(error)]);
  return { code: name, message, fix };
}
