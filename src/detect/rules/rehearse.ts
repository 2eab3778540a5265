import type { Format } from '../../connector/index.ts';
import type { RawEvent, SourceInfo } from '../../schema/event.ts';
import type { Finding } from '../../schema/finding.ts';
import { correlate, partitionCount, windowId } from '../correlate/correlate.ts';
import type { GroupState } from '../correlate/group-state.ts';
import { freshItems } from '../fresh-items.ts';
import { matchEvent, type Matches } from '../match-events.ts';
import { contextOf } from '../read-batches.ts';
import { factId } from '../store/firsts.ts';
import type { Content } from './content.ts';

/** A finding as it stands after the last line, and the line it appeared on. */
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

/** Runs lines through the same rules and windows as the stage, in memory, one line a batch. */
export async function rehearse(
  lines: readonly string[],
  options: { content: Content; format: Format; receivedAt: number },
): Promise<Rehearsal> {
  const { content, format, receivedAt } = options;
  const everyPartition = new Set(Array(partitionCount).keys());
  const windows = new Map<string, GroupState>();
  const facts = new Map<string, string>();
  const found = new Map<string, RehearsedFinding>();
  const unread: number[] = [];
  for (const [index, line] of lines.entries()) {
    const raw: RawEvent = { uid: `line:${index}`, raw_data: line, received_at: receivedAt + index };
    const now = new Date(raw.received_at);
    const read = format.read(line, contextOf(source(format), raw));
    if (!read) {
      unread.push(index + 1);
      continue;
    }
    const matches: Matches = { findings: [], candidates: [], incomplete: new Map() };
    matchEvent(content, { source: source(format), batchId: 0, index, raw, read }, now, matches);
    const items = freshItems(matches.candidates, facts);
    for (const { fact } of matches.candidates)
      if (fact && !facts.has(factId(fact))) facts.set(factId(fact), fact.event);
    const result = await correlate(items, {
      content,
      now,
      load: async () => windows,
      own: async () => everyPartition,
    });
    for (const window of result.windows) windows.set(windowId(window), window.state);
    for (const finding of [...matches.findings, ...result.findings])
      found.set(finding.id, { finding, onLine: found.get(finding.id)?.onLine ?? index + 1 });
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
