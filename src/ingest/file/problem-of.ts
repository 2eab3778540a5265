import { FirebreakError, messageOf } from '../../base/errors.ts';
import { errors } from '../errors.ts';

/** Why a file cannot be read, with what to do about it. */
export function problemOf(path: string, error: unknown): FirebreakError {
  if (error instanceof FirebreakError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') return errors.FILE_MISSING([path], { cause: error });
  if (code === 'EACCES' || code === 'EPERM') return errors.FILE_FORBIDDEN([path], { cause: error });
  if (code === 'EMFILE' || code === 'ENFILE') return errors.TOO_MANY_OPEN([path], { cause: error });
  return errors.FILE_UNREADABLE([path, code || messageOf(error)], { cause: error });
}
