import type { Format } from '../../connector/index.ts';
import type { RawEvent, SourceInfo } from '../../schema/event.ts';
import type { Finding } from '../../schema/finding.ts';
import { correlate, partitionCount, windowId, type ChangedWindow } from '../correlate/correlate.ts';
import type { GroupState } from '../correlate/group-state.ts';
import type { Item } from '../correlate/item.ts';
import { freshItems } from '../fresh-items.ts';
import { matchEvent, type Matches, type SourcedEvent } from '../match-events.ts';
import { contextOf } from '../read-batches.ts';
import { factId } from '../store/firsts.ts';
import { wholeEvents } from '../whole-events.ts';
import type { Content } from './content.ts';

/** A finding as it stands after the last line, and the line it appeared on: of a window that is decided at its end its last. */
export interface RehearsedFinding {
  finding: Finding;
  /** From 1. */
  onLine: number;
}

export interface Rehearsal {
  findings: RehearsedFinding[];
  /** Lines that the format did not read, from 1. */
  unread: number[];
}

/** The same rules and windows as the stage, in memory. */
export interface RunningRehearsal {
  /** Gives the findings that the event made or changed, as they then stand. */
  take(event: Omit<SourcedEvent, 'batchId'>): Promise<Finding[]>;
  /** No event will follow: decides the windows that wait for their end. */
  finish(): Promise<Finding[]>;
}

export function createRehearsal(content: Content): RunningRehearsal {
  const everyPartition = new Set(Array(partitionCount).keys());
  const windows = new Map<string, ChangedWindow>();
  const facts = new Map<string, string>();
  let now = new Date(0);

  function stateOf(id: string): [string, GroupState][] {
    const state = windows.get(id)?.state;
    return state ? [[id, state]] : [];
  }

  async function move(items: readonly Item[], due: readonly ChangedWindow[]): Promise<Finding[]> {
    const result = await correlate(items, {
      content,
      now,
      load: async (keys) => new Map(keys.flatMap((key) => stateOf(windowId(key)))),
      own: async () => everyPartition,
      ...(due.length === 0 ? {} : { due: { windows: due, arrival: Infinity } }),
    });
    for (const window of result.windows) windows.set(windowId(window), window);
    return result.findings;
  }

  return {
    async take(event) {
      now = new Date(event.raw.received_at);
      const matches: Matches = { findings: [], candidates: [], incomplete: new Map() };
      matchEvent(content, { ...event, batchId: 0 }, now, matches);
      const items = freshItems(matches.candidates, facts);
      for (const { fact } of matches.candidates)
        if (fact && !facts.has(factId(fact))) facts.set(factId(fact), fact.event);
      return items.length === 0 ? matches.findings : [...matches.findings, ...(await move(items, []))];
    },
    async finish() {
      const findings: Finding[] = [];
      // What an inner window fires may begin a window of those that count it.
      for (;;) {
        const due = [...windows.values()].filter(({ dueAt }) => dueAt !== undefined);
        if (due.length === 0) return findings;
        findings.push(...(await move([], due)));
      }
    },
  };
}

/** Runs lines through the same rules and windows as the stage, in memory, one event a batch. */
export async function rehearse(
  lines: readonly string[],
  options: { content: Content; format: Format; receivedAt: number },
): Promise<Rehearsal> {
  const { content, format, receivedAt } = options;
  const rehearsal = createRehearsal(content);
  const found = new Map<string, RehearsedFinding>();
  const unread: number[] = [];
  const received = lines.map((line, index): RawEvent => ({
    uid: `line:${index}`,
    raw_data: line,
    received_at: receivedAt + index,
  }));
  for (const { index, raw } of wholeEvents(received, [format])) {
    const read = format.read(raw.raw_data, contextOf(source(format), raw));
    if (!read) {
      unread.push(index + 1);
      continue;
    }
    for (const finding of await rehearsal.take({ source: source(format), index, raw, read }))
      found.set(finding.id, { finding, onLine: found.get(finding.id)?.onLine ?? index + 1 });
  }
  for (const finding of await rehearsal.finish()) {
    const onLine = found.get(finding.id)?.onLine ?? (finding.evidence.at(-1)?.index ?? 0) + 1;
    found.set(finding.id, { finding, onLine });
  }
  return { findings: [...found.values()], unread };
}

function source(format: Format): SourceInfo {
  return {
    source_id: 'source--fixture',
    tenant_id: 'default',
    site_id: 'default',
    format: format.name,
    channel_trust: 'authenticated',
    trusted_proxies: [],
    time_zone: '',
    is_demonstration: false,
  };
}
