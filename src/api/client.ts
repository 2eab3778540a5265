import type { CallOf, ReplyOf, Route } from './route.ts';
import { Problem } from './wire.ts';

/** The server said no, in its own words. */
export class ApiProblem extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail);
    this.name = 'ApiProblem';
    this.problem = problem;
  }
}

/** The server did not answer at all. */
export class ServerAway extends Error {
  constructor(baseUrl: string, cause: unknown) {
    super(`Firebreak does not answer at ${baseUrl || 'this address'}.`, { cause });
    this.name = 'ServerAway';
  }
}

export interface CallOptions {
  /** The same key, the same effect once. */
  idempotencyKey?: string;
  /** Revision that the edit is based on; another one gives a 412 problem. */
  ifMatch?: number;
  signal?: AbortSignal;
}

export interface Client {
  /** Calls a route. Throws ApiProblem for a refusal, ServerAway without an answer, ZodError for an answer that breaks the promise. */
  call<R extends Route>(route: R, call: CallOf<R>, options?: CallOptions): Promise<ReplyOf<R>>;
}

/** `baseUrl` without a slash at its end; empty for the page's own origin. */
export function createClient(options: {
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  baseUrl: string;
  headers?: Record<string, string>;
}): Client {
  return {
    async call(route, call, more = {}) {
      const parts: { params?: object; query?: object; body?: unknown } = call;
      const headers: Record<string, string> = { accept: route.replyType ?? 'application/json', ...options.headers };
      const init: RequestInit = { method: route.method, headers, redirect: 'error' };
      if (typeof parts.body === 'string') init.body = parts.body;
      // A copy, because fetch takes no bytes that another thread may share.
      else if (parts.body instanceof Uint8Array) init.body = new Uint8Array(parts.body);
      else if (parts.body !== undefined) {
        headers['content-type'] = 'application/json';
        init.body = JSON.stringify(parts.body);
      }
      if (more.idempotencyKey !== undefined) headers['idempotency-key'] = more.idempotencyKey;
      if (more.ifMatch !== undefined) headers['if-match'] = `"${more.ifMatch}"`;
      if (more.signal) init.signal = more.signal;
      const answer = await options
        .fetch(options.baseUrl + pathOf(route, parts.params, parts.query), init)
        .catch((cause: unknown) => {
          if (more.signal?.aborted) throw cause;
          throw new ServerAway(options.baseUrl, cause);
        });
      if (!answer.ok) throw new ApiProblem(await problemOf(answer));
      if (answer.status === 204) return route.reply.parse(undefined) as never;
      return route.reply.parse(route.replyType ? await answer.text() : await answer.json()) as never;
    },
  };
}

/** Path and query string of a call. */
export function pathOf(route: Route, params: object = {}, query: object = {}): string {
  const values = new Map(Object.entries(params));
  const path = route.path.replace(/:([a-z_]+)/g, (_, name: string) => encodeURIComponent(String(values.get(name))));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return search.size > 0 ? `${path}?${search.toString()}` : path;
}

async function problemOf(answer: Response): Promise<Problem> {
  const text = await answer.text();
  const parsed = Problem.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  return {
    type: 'about:blank',
    title: answer.statusText || 'Error',
    status: answer.status,
    detail: `The server answered with status ${answer.status}.`,
    code: 'SERVER.UNKNOWN_ANSWER',
    fix: 'Is this address a Firebreak server, and is a proxy between?',
    request_id: '',
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
