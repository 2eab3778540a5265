import { useMutation, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { createClient } from '../../src/api/client.ts';
import type { CallOf, ReplyOf, Route } from '../../src/api/route.ts';

const client = createClient({ fetch: (url, init) => fetch(url, init), baseUrl: '' });

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
    refetchInterval: options.refetchMs ?? false,
  });
}

/** An edit: sent once per press (Idempotency-Key), and everything it may have changed is fetched again. */
export function useEdit<R extends Route>(route: R) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (call: CallOf<R> & { ifMatch?: number }) => {
      const { ifMatch, ...rest } = call;
      return client.call(route, rest as unknown as CallOf<R>, {
        idempotencyKey: crypto.randomUUID(),
        ...(ifMatch !== undefined && { ifMatch }),
      });
    },
    onSettled: () => queries.invalidateQueries(),
  });
}
