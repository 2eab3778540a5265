import { idFrom } from '../base/ids.ts';
import type { ReadEvent } from '../connector/index.ts';
import type { RawEvent, SourceInfo } from '../schema/event.ts';
import type { EvidenceEvent, Finding } from '../schema/finding.ts';
import {
  countedValues,
  eventValues,
  fieldValueOf,
  groupValue,
  shortHash,
  type EventValues,
  type Rule,
} from '../standards/sigma/index.ts';
import type { Item } from './correlate/item.ts';
import { makeFinding } from './make-finding.ts';
import { mergeSubjects } from './merge-subjects.ts';
import { shownValue } from './message.ts';
import type { Content, Feed } from './rules/content.ts';

/** Event times later than arrival plus this are taken as arrival plus this (SPEC.md [W5]). */
const allowedSkewMs = 60_000;
const evidenceLimit = 4_096;
/** More than a batch has events. */
const positionsOfBatch = 2 ** 20;

/** An event with all that is known of it. */
export interface SourcedEvent {
  source: SourceInfo;
  batchId: number;
  index: number;
  raw: RawEvent;
  read: ReadEvent;
}

/** A combination of values, seen: `new` conditions ask whether it was seen before. */
export interface Fact {
  tenantId: string;
  siteId: string;
  hash: string;
  /** Source and uid of the event. */
  event: string;
  time: number;
}

/** An item on its way to its window, or not if its fact is old. */
export interface Candidate {
  item: Item;
  fact?: Fact;
}

export interface Matches {
  findings: Finding[];
  candidates: Candidate[];
  /** Correlation id → events that lacked a field they are grouped or counted by (standards/sigma/correlate/SPEC.md [C14]). */
  incomplete: Map<string, number>;
}

/** Evaluates all rules on one event: findings of rules that report, candidates for the correlations that count them. */
export function matchEvent(content: Content, event: SourcedEvent, now: Date, into: Matches): void {
  const rules = content.evaluator.evaluate(event.read.view, event.read.logsources, event.read.json);
  if (rules.length === 0) return;
  const values = eventValues(event.read.view);
  const time = timeOf(event);
  const evidence = evidenceOf(event, time);
  for (const rule of rules) {
    if (content.isPlain(rule)) into.findings.push(plainFinding(content, rule, event, values, evidence, now));
    for (const feed of content.feeds(rule.header.id)) {
      const candidate = candidateOf(content, feed, event, values, time, evidence);
      if (candidate) into.candidates.push(candidate);
      else {
        const id = feed.correlation.header.id;
        into.incomplete.set(id, (into.incomplete.get(id) ?? 0) + 1);
      }
    }
  }
}

export function timeOf({ raw, read }: SourcedEvent): number {
  const { time } = read;
  if (time === undefined || !Number.isFinite(time)) return raw.received_at;
  return Math.min(Math.trunc(time), raw.received_at + allowedSkewMs);
}

function evidenceOf({ source, batchId, index, raw }: SourcedEvent, time: number): EvidenceEvent {
  const raw_data = raw.raw_data.length > evidenceLimit ? `${raw.raw_data.slice(0, evidenceLimit)}…` : raw.raw_data;
  return { batch_id: batchId, index, source_id: source.source_id, uid: raw.uid, raw_data, time };
}

function plainFinding(
  content: Content,
  rule: Rule,
  { source, raw, read }: SourcedEvent,
  values: EventValues,
  evidence: EvidenceEvent,
  now: Date,
): Finding {
  const customs = content.customs(rule.header);
  const texts = textsOf(customs.message.fields, values);
  const count = weightOf(read);
  const occurrence = {
    id: idFrom('finding', rule.header.id, source.source_id, raw.uid),
    tenant_id: source.tenant_id,
    site_id: source.site_id,
    message: customs.message.fill({ ...texts, title: rule.header.title, count: String(count) }),
    subjects: mergeSubjects([], read.subjects),
    group_key: '',
    source_ids: [source.source_id],
    first_seen_at: new Date(evidence.time),
    last_seen_at: new Date(evidence.time),
    event_count: count,
    evidence: [evidence],
    is_demonstration: source.is_demonstration,
  };
  return makeFinding(rule.header, customs, occurrence, now);
}

function weightOf({ count }: ReadEvent): number {
  return count !== undefined && Number.isSafeInteger(count) && count > 0 ? Math.min(count, 1_000_000) : 1;
}

function candidateOf(
  content: Content,
  feed: Feed,
  { source, batchId, index, raw, read }: SourcedEvent,
  values: EventValues,
  time: number,
  evidence: EvidenceEvent,
): Candidate | undefined {
  const { correlation, reference } = feed;
  const counted = countedValues(feed, fieldValueOf(values), feed.isLenient);
  if (!counted) return undefined;
  const { isNew, message } = content.customs(correlation.header);
  const item: Item = {
    rule_id: correlation.header.id,
    feed: feed.feed,
    tenant_id: source.tenant_id,
    site_id: source.site_id,
    is_demonstration: source.is_demonstration,
    source_id: source.source_id,
    key: `${source.source_id} ${raw.uid}`,
    time,
    arrived_at: raw.received_at,
    order: batchId * positionsOfBatch + index,
    weight: weightOf(read),
    ...counted,
    texts: textsOf(message.fields, values),
    evidence,
    subjects: mergeSubjects([], read.subjects),
  };
  if (isNew?.rule !== reference) return { item };
  const parts = isNew.fields.map((field) => firstText(values, field));
  if (parts.some((text) => text === undefined)) return undefined;
  const hash = shortHash(reference, ...isNew.fields, ...parts.map((text) => groupValue(text ?? '').toLowerCase()));
  return { item, fact: { tenantId: source.tenant_id, siteId: source.site_id, hash, event: item.key, time } };
}

/** The first value that is not null; of a list the first element. */
function firstText(values: EventValues, field: string): string | undefined {
  return values.of(field)?.find((value) => value.raw !== null)?.text;
}

function textsOf(fields: readonly string[], values: EventValues): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const field of fields) {
    const text = firstText(values, field);
    if (text !== undefined) texts[field] = shownValue(text);
  }
  return texts;
}
