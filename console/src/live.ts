import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Change, getStream } from '../../src/api/stream.ts';

/** Query topics that a change of each type makes stale. */
const topics: Record<Change['type'], readonly string[]> = {
  incident: ['incidents'],
  finding: ['findings', 'incidents'],
  containment: ['containments', 'incidents'],
  execution: ['executions', 'incidents'],
  source: ['sources', 'demonstration', 'system'],
  stop: ['stop', 'system'],
};

export type LiveState = 'live' | 'connecting' | 'paused';

/**
 * Keeps every query fresh by the event stream. Changes are gathered for 250 ms, so that a flood is one fetch;
 * while paused nothing moves on the page.
 */
export function useLive(enabled: boolean, paused: boolean): LiveState {
  const queries = useQueryClient();
  const [connected, setConnected] = useState(false);
  useEffect(() => {
    if (!enabled || paused) return;
    const stale = new Set<string>();
    let timer: number | undefined;
    const later = (...names: readonly string[]) => {
      for (const name of names) stale.add(name);
      timer ??= window.setTimeout(() => {
        timer = undefined;
        const now = new Set(stale);
        stale.clear();
        void queries.invalidateQueries({ predicate: ({ queryKey }) => now.has('*') || now.has(String(queryKey[0])) });
      }, 250);
    };
    let stream: EventSource;
    let retry: number | undefined;
    const connect = () => {
      stream = new EventSource(getStream.path);
      stream.onopen = () => {
        setConnected(true);
        later('*');
      };
      stream.onerror = () => {
        setConnected(false);
        // After an answer that is no stream (503 from a proxy, 401) the browser gives up for good; we do not.
        if (stream.readyState === EventSource.CLOSED) retry = window.setTimeout(connect, 3_000);
      };
      stream.addEventListener('change', (message: MessageEvent<string>) => {
        const change = Change.safeParse(JSON.parse(message.data));
        later(...(change.success ? topics[change.data.type] : ['*']));
      });
      stream.addEventListener('resync', () => later('*'));
    };
    connect();
    return () => {
      stream.close();
      window.clearTimeout(retry);
      window.clearTimeout(timer);
      setConnected(false);
    };
  }, [enabled, paused, queries]);
  if (paused) return 'paused';
  return connected ? 'live' : 'connecting';
}
