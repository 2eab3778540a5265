import type { z } from 'zod';
import type { Permission } from '../schema/permission.ts';

/** The only paths that answer without a session or token. */
export type PublicPath = '/v1/health' | '/v1/health/ready' | '/v1/session';

interface Declared {
  /** Stable name: OpenAPI's operationId. */
  id: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  summary: string;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  reply: z.ZodType;
  /** Status of the good answer; 200 when absent. */
  status?: 200 | 201 | 202 | 204;
  /** What the good answer is when it is no JSON; `reply` is then z.string(). */
  replyType?: 'text/plain' | 'text/markdown' | 'text/event-stream';
  /** What the body is when it is no JSON: handed to the route's owner as a stream of bytes. */
  bodyType?: 'raw';
  /** The reply carries an ETag of the thing's revision; edits take If-Match. */
  revisioned?: true;
}

/** One promise over HTTP. The permission cannot be left out, and only health and sign-in can be public. */
export type Route = Declared &
  ({ path: `/${string}`; permission: Permission } | { path: PublicPath; permission: 'public' });

/** Declares a route; handler, client, OpenAPI and tests all read this one object. */
export function route<const R extends Route>(declared: R): R {
  return declared;
}

type Out<S> = S extends z.ZodType ? z.output<S> : undefined;
type In<S> = S extends z.ZodType ? z.input<S> : undefined;
export type ParamsOf<R extends Route> = Out<R['params']>;
export type QueryOf<R extends Route> = Out<R['query']>;
export type BodyOf<R extends Route> = Out<R['body']>;
export type ReplyOf<R extends Route> = z.output<R['reply']>;

/** What a caller gives: parts that the route does not have are left out. */
export type CallOf<R extends Route> = (R extends { params: z.ZodType } ? { params: In<R['params']> } : object) &
  (R extends { query: z.ZodType } ? { query?: In<R['query']> } : object) &
  (R extends { body: z.ZodType } ? { body: In<R['body']> } : object);
