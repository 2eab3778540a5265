/**
 * One error class; its code is permanent once released and nobody matches on its message.
 * `kind` decides HTTP status, exit code, retry and log level (see `outcomeOf`).
 */
export type ErrorKind = 'user' | 'refused' | 'missing' | 'denied' | 'busy' | 'outside' | 'bug';

export interface Where {
  file?: string;
  line?: number;
  column?: number;
}

export class FirebreakError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  /** What the reader can do about it. */
  readonly fix: string;
  readonly where: Where | undefined;

  constructor(problem: {
    code: string;
    kind: ErrorKind;
    message: string;
    fix: string;
    where?: Where;
    cause?: unknown;
  }) {
    super(problem.message, problem.cause === undefined ? undefined : { cause: problem.cause });
    this.name = 'FirebreakError';
    this.code = problem.code;
    this.kind = problem.kind;
    this.fix = problem.fix;
    this.where = problem.where;
  }
}

interface ErrorSpec<A extends readonly unknown[]> {
  kind: ErrorKind;
  message: (...args: A) => string;
  fix: string;
}

// `never[]` accepts every message signature; each maker below keeps its own.
type Specs = Record<string, ErrorSpec<never[]>>;
type ArgsOf<S> = S extends { message: (...args: infer A) => string } ? A : never;
export interface ErrorMore {
  where?: Where;
  cause?: unknown;
}

/**
 * A room's errors as one table. `defineErrors('DETECT', { UNKNOWN_MODIFIER: { kind, message, fix } })`
 * gives `errors.UNKNOWN_MODIFIER(args, { where, cause })` with code `DETECT.UNKNOWN_MODIFIER`.
 */
export function defineErrors<const S extends Specs>(
  room: string,
  specs: S,
): { [K in keyof S]: (args: ArgsOf<S[K]>, more?: ErrorMore) => FirebreakError } {
  const makers: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(specs)) {
    makers[name] = (args: never[], more: ErrorMore = {}) =>
      new FirebreakError({
        code: `${room}.${name}`,
        kind: spec.kind,
        message: spec.message(...args),
        fix: spec.fix,
        ...more,
      });
  }
  return makers as { [K in keyof S]: (args: ArgsOf<S[K]>, more?: ErrorMore) => FirebreakError };
}

/** HTTP status and exit code (DESIGN §7) of each kind. */
export const outcomeOf: Record<ErrorKind, { status: number; exitCode: number }> = {
  user: { status: 400, exitCode: 2 },
  missing: { status: 404, exitCode: 2 },
  denied: { status: 403, exitCode: 4 },
  refused: { status: 409, exitCode: 4 },
  busy: { status: 503, exitCode: 7 },
  outside: { status: 502, exitCode: 7 },
  bug: { status: 500, exitCode: 1 },
};

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
