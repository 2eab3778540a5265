import { useMutation, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { useRef } from 'react';
import { ApiProblem, createClient, ServerAway } from '../../src/api/client.ts';
import type { CallOf, ReplyOf, Route } from '../../src/api/route.ts';
import { getMe, type Me } from '../../src/api/session.ts';
import type { Permission } from '../../src/schema/permission.ts';

const client = createClient({ fetch: (url, init) => fetch(url, init), baseUrl: '' });

const askAgainMs = 3_000;

/** No answer, or one that says "not now". */
export function isAway(error: Error | null): boolean {
  return error instanceof ServerAway || (error instanceof ApiProblem && error.problem.status >= 500);
}

/** Whether what was asked for is not there. */
export function isNotFound(error: Error | null): boolean {
  return error instanceof ApiProblem && error.problem.status === 404;
}

/** What a change of the stream makes stale: the first word of the route's path says what it is about. */
function topicOf(route: Route): string {
  return route.path.split('/')[2] ?? '';
}

export function useCall<R extends Route>(
  route: R,
  call: CallOf<R>,
  options: { enabled?: boolean; refetchMs?: number } = {},
): UseQueryResult<ReplyOf<R>> {
  return useQuery({
    queryKey: [topicOf(route), route.id, call],
    queryFn: ({ signal }) => client.call(route, call, { signal }),
    enabled: options.enabled ?? true,
    refetchInterval: ({ state }) => (isAway(state.error) ? askAgainMs : (options.refetchMs ?? false)),
  });
}

/** Who looks; null: nobody is signed in, which is an answer and no error. */
export function useMe(): UseQueryResult<Me | null> {
  return useQuery({
    queryKey: ['me'],
    queryFn: ({ signal }) =>
      client.call(getMe, {}, { signal }).catch((error: unknown) => {
        if (error instanceof ApiProblem && error.problem.status === 401) return null;
        throw error;
      }),
    refetchInterval: ({ state }) => (isAway(state.error) ? askAgainMs : false),
  });
}

/** Whether the one who looks may do something; the server has the last word. */
export function useMay(permission: Permission): boolean {
  return useMe().data?.permissions.includes(permission) ?? false;
}

/**
 * An edit. A press has one Idempotency-Key; the same press again after a lost answer has the same one. Afterwards everything it may
 * have changed is fetched again.
 */
export function useEdit<R extends Route>(route: R) {
  const queries = useQueryClient();
  const unanswered = useRef<{ press: string; key: string }>(undefined);
  return useMutation({
    mutationFn: async ({ call, ifMatch }: { call: CallOf<R>; ifMatch?: number }) => {
      const press = JSON.stringify(call);
      const key = unanswered.current?.press === press ? unanswered.current.key : crypto.randomUUID();
      unanswered.current = { press, key };
      try {
        return await client.call(route, call, {
          idempotencyKey: key,
          ...(ifMatch !== undefined && { ifMatch }),
        });
      } catch (error) {
        if (error instanceof ApiProblem) unanswered.current = undefined;
        throw error;
      }
    },
    onSuccess: () => (unanswered.current = undefined),
    onSettled: () => {
      void queries.invalidateQueries();
    },
  });
}
