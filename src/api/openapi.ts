import { z } from 'zod';
import type { Route } from './route.ts';
import { routes } from './routes.ts';
import { Problem } from './wire.ts';

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): object {
  // A thing that JSON Schema cannot say (a transform, undefined) becomes "anything"; zod still checks it.
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

function parametersOf(route: Route): object[] {
  const place = (schema: z.ZodObject | undefined, where: 'path' | 'query') =>
    Object.entries<z.ZodType>(schema?.shape ?? {}).map(([name, part]) => ({
      name,
      in: where,
      required: where === 'path' || !part.safeParse(undefined).success,
      schema: schemaOf(part, 'input'),
    }));
  const headers = [];
  if (route.revisioned && route.method !== 'GET')
    headers.push({
      name: 'If-Match',
      in: 'header',
      required: false,
      description: 'ETag of the revision the edit is based on.',
      schema: { type: 'string' },
    });
  if (route.method === 'POST')
    headers.push({
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description: 'The same key, the same effect once, for 24 hours.',
      schema: { type: 'string', maxLength: 200 },
    });
  return [...place(route.params, 'path'), ...place(route.query, 'query'), ...headers];
}

function operationOf(resource: string, route: Route): object {
  const status = route.status ?? 200;
  const good =
    status === 204
      ? { description: 'Done.' }
      : {
          description: 'Done.',
          content: { [route.replyType ?? 'application/json']: { schema: schemaOf(route.reply, 'output') } },
        };
  const body = route.body && {
    required: true,
    content:
      route.bodyType === 'raw'
        ? { 'application/x-ndjson': { schema: { type: 'string' } } }
        : { 'application/json': { schema: schemaOf(route.body, 'input') } },
  };
  return {
    operationId: route.id,
    tags: [resource],
    summary: route.summary,
    'x-permission': route.permission,
    ...(route.permission === 'public' ? { security: [] } : {}),
    parameters: parametersOf(route),
    ...(body ? { requestBody: body } : {}),
    responses: { [status]: good, default: { $ref: '#/components/responses/Problem' } },
  };
}

/** The whole API as OpenAPI 3.1, made from the routes. */
export function openapi(version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, object>> = {};
  for (const { resource, route } of routes) {
    const path = route.path.replace(/:([a-z_]+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(resource, route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Firebreak',
      version,
      description: 'Automated incident response: containments are desired states, bounded, verified and undone.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{ token: [] }, { session: [] }],
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'An API token, fb_….' },
        session: { type: 'apiKey', in: 'cookie', name: 'firebreak_session' },
      },
      responses: {
        Problem: {
          description: 'What happened and what to do (RFC 9457).',
          content: { 'application/problem+json': { schema: schemaOf(Problem, 'output') } },
        },
      },
    },
  };
}
