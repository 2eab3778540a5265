import type { Change } from '../../api/stream.ts';
import type { Channel, Channels } from '../../db/index.ts';

/** A change with its place in the feed; hints (`id: '*'`) have none, for they need no resuming. */
export interface FedChange {
  place?: number;
  tenantId?: string;
  change: Change;
}

/** An entry of the ledger, as far as the feed reads it. */
export interface SequencedEntry {
  leafIndex: number;
  tenantId: string;
  kind: string;
  incidentId?: string | undefined;
  subject?: string | undefined;
}

export interface ChangeFeed {
  /** Everything after `place`, oldest first; undefined: too much was missed, fetch all again. */
  since(place: number): Promise<FedChange[] | undefined>;
  subscribe(take: (changes: readonly FedChange[]) => void): () => void;
  /** What base/loop.ts drives: reads what the ledger has gained. */
  turn(): Promise<boolean>;
  close(): void;
}

const pageSize = 500;
const mostMissed = 2_000;
/** Hints of one type come at most this often. */
const hintEveryMs = 500;

const types: readonly { prefix: string; type: Change['type'] }[] = [
  { prefix: 'incident.', type: 'incident' },
  { prefix: 'containment.', type: 'containment' },
  { prefix: 'execution.', type: 'execution' },
  { prefix: 'source.', type: 'source' },
  { prefix: 'stop.', type: 'stop' },
];

const hints: readonly { channel: Channel; type: Change['type'] }[] = [
  { channel: 'findings', type: 'finding' },
  { channel: 'incidents', type: 'incident' },
  { channel: 'containments', type: 'containment' },
  { channel: 'executions', type: 'execution' },
];

/** What a sequenced entry says has changed: its subject by kind, and its incident, whose timeline grew. */
export function changesOf(entry: SequencedEntry): FedChange[] {
  const type = types.find(({ prefix }) => entry.kind.startsWith(prefix))?.type;
  const at = { place: entry.leafIndex, tenantId: entry.tenantId };
  const found: FedChange[] = [];
  if (type && type !== 'incident') found.push({ ...at, change: { type, id: entry.subject ?? '*', revision: 0 } });
  const incident = entry.incidentId ?? (type === 'incident' ? entry.subject : undefined);
  if (incident !== undefined) found.push({ ...at, change: { type: 'incident', id: incident, revision: 0 } });
  return found;
}

/**
 * The feed of the stream. Its durable part is the sequenced ledger (dense and ordered, so a place in it can be resumed after any
 * restart); wake-ups of the stages add hints for what the ledger does not tell, such as counters.
 */
export function createChangeFeed(options: {
  channels: Channels;
  entriesAfter: (leafIndex: number, limit: number) => Promise<SequencedEntry[]>;
  lastLeafIndex: () => Promise<number>;
}): ChangeFeed {
  const takers = new Set<(changes: readonly FedChange[]) => void>();
  const give = (changes: readonly FedChange[]) => {
    if (changes.length > 0) for (const take of takers) take(changes);
  };
  const pending = new Map<Change['type'], NodeJS.Timeout>();
  const ends = hints.map(({ channel, type }) =>
    options.channels.listen(channel, () => {
      if (takers.size === 0 || pending.has(type)) return;
      const timer = setTimeout(() => {
        pending.delete(type);
        give([{ change: { type, id: '*', revision: 0 } }]);
      }, hintEveryMs);
      timer.unref();
      pending.set(type, timer);
    }),
  );
  let place: number | undefined;

  return {
    async since(from) {
      const found: FedChange[] = [];
      let after = from;
      for (;;) {
        const entries = await options.entriesAfter(after, pageSize);
        found.push(...entries.flatMap(changesOf));
        after = entries.at(-1)?.leafIndex ?? after;
        if (entries.length < pageSize) return found;
        if (found.length > mostMissed) return undefined;
      }
    },
    subscribe(take) {
      takers.add(take);
      return () => takers.delete(take);
    },
    async turn() {
      // Nobody listens: begin where the ledger stands when somebody does.
      if (takers.size === 0) {
        place = undefined;
        return false;
      }
      if (place === undefined) {
        place = await options.lastLeafIndex();
        return false;
      }
      const entries = await options.entriesAfter(place, pageSize);
      place = entries.at(-1)?.leafIndex ?? place;
      give(entries.flatMap(changesOf));
      return entries.length === pageSize;
    },
    close() {
      for (const end of ends) end();
      for (const timer of pending.values()) clearTimeout(timer);
    },
  };
}
