import { FirebreakError, outcomeOf } from '../../base/errors.ts';
import type { Problem } from '../../api/wire.ts';
import { errors } from '../errors.ts';

export interface Answer {
  status: number;
  problem: Problem;
  retryAfterS?: number;
}

// The few codes whose status is finer than their kind's.
const statuses: Record<string, number> = {
  'SERVER.SIGN_IN_FIRST': 401,
  'SERVER.WRONG_SIGN_IN': 401,
  'SERVER.TOO_MANY_TRIES': 429,
  'SERVER.TOO_FAST': 429,
  'SERVER.TOO_LARGE': 413,
  'SERVER.WRONG_TYPE': 415,
  'SERVER.KEY_USED': 422,
};

/** Any error as a problem (RFC 9457). What is no FirebreakError is our bug and tells nothing about itself. */
export function problemOf(thrown: unknown, requestId: string): Answer {
  const error = ours(thrown);
  const isStale = error.code.endsWith('.CHANGED_MEANWHILE');
  const status = statuses[error.code] ?? (isStale ? 412 : outcomeOf[error.kind].status);
  const decision = thrown instanceof RefusedByPolicy ? { decision: thrown.decision } : {};
  return {
    status,
    problem: {
      type: `urn:firebreak:error:${error.code}`,
      title: titles[error.kind],
      status,
      detail: error.message,
      code: error.code,
      fix: error.fix,
      ...(error.where ? { where: error.where } : {}),
      ...decision,
      request_id: requestId,
    },
    ...(status === 503 ? { retryAfterS: 2 } : {}),
  };
}

const titles: Record<FirebreakError['kind'], string> = {
  user: 'The request cannot be understood',
  missing: 'Not found',
  denied: 'Not permitted',
  refused: 'Refused',
  busy: 'Not now',
  outside: 'Something outside failed',
  bug: 'Internal error',
};

/** decide() said no: the checks travel with the problem. */
export class RefusedByPolicy extends FirebreakError {
  readonly decision: NonNullable<Problem['decision']>;
  constructor(message: string, decision: NonNullable<Problem['decision']>) {
    super({
      code: 'RESPOND.REFUSED',
      kind: 'refused',
      message,
      fix: 'The checks say why. Guardrails hold for everybody; an owner changes them in the config and the protected list.',
    });
    this.decision = decision;
  }
}

function ours(thrown: unknown): FirebreakError {
  if (thrown instanceof FirebreakError) return thrown;
  const status = statusOf(thrown);
  if (status === 413) return errors.TOO_LARGE([]);
  if (status === 415) return errors.WRONG_TYPE([]);
  if (status === 429) return errors.TOO_FAST([]);
  if (status !== undefined && status >= 400 && status < 500)
    return errors.BAD_REQUEST([thrown instanceof Error ? thrown.message : 'The request cannot be read.']);
  return errors.UNEXPECTED([]);
}

/** The status that fastify gave an error of its own. */
function statusOf(thrown: unknown): number | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('statusCode' in thrown)) return undefined;
  return typeof thrown.statusCode === 'number' ? thrown.statusCode : undefined;
}
