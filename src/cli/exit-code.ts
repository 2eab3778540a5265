import { ApiProblem } from '../api/client.ts';
import { FirebreakError, outcomeOf } from '../base/errors.ts';

/** DESIGN §7: 0 ok, 1 our bug, 2 usage, 3 differences found, 4 refused by policy, 5 waiting for approval, 6 time-out, 7 something outside failed. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof ApiProblem) {
    const { status } = error.problem;
    if (status === 401 || status === 403 || status === 409 || status === 412) return 4;
    if (status === 408 || status === 504) return 6;
    if (status === 429 || status === 502 || status === 503) return 7;
    return status < 500 ? 2 : 1;
  }
  if (error instanceof FirebreakError) return error.code.endsWith('.TIMED_OUT') ? 6 : outcomeOf[error.kind].exitCode;
  if (error instanceof Error && error.name === 'TimeoutError') return 6;
  return 1;
}
