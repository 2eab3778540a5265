import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { FirebreakError } from '../../base/errors.ts';
import {
  createIndex,
  feedsOf,
  linkRules,
  type Evaluator,
  type Feed as SigmaFeed,
  type Header,
  type LinkedCorrelation,
  type ParsedDocument,
  type Problem,
  type Rule,
  type RuleSet,
  type SigmaDocument,
} from '../../standards/sigma/index.ts';
import { errors } from '../errors.ts';
import { attacksOf } from '../attacks.ts';
import { messageTemplate, type MessageTemplate } from '../message.ts';
import type { RuleListing } from '../store/rules.ts';

/** What our rules may say beyond Sigma (SPEC.md [R1]-[R4]). */
export interface Customs {
  cause: string;
  message: MessageTemplate;
  /** Counts events of the rule only while this combination of fields was not seen with it before. */
  isNew?: { rule: string; fields: readonly string[] };
  /** On a rule: one finding for all its events with equal values of these fields, as long as the gaps allow. */
  group?: { by: readonly string[]; timespanMs: number };
}

/** A correlation, and which of its rules an event or a firing feeds. */
export interface Feed extends SigmaFeed {
  /** Groups by what the event has; a field that it lacks is a group of its own. */
  isLenient: boolean;
}

/** All rules in force. Never changes; a reload makes another. */
export interface Content {
  /** SHA-256 over the documents that are loaded. */
  version: string;
  set: RuleSet;
  evaluator: Evaluator;
  customs(header: Header): Customs;
  /** Who counts the rule or correlation of this id. */
  feeds(id: string): readonly Feed[];
  /** Whether the rule makes a finding of each event: it reports, and does not group. */
  isPlain(rule: Rule): boolean;
  correlation(id: string): LinkedCorrelation | undefined;
  listings: readonly RuleListing[];
}

const Group = z.strictObject({
  by: z.array(z.string().min(1)).max(8),
  timespan_s: z.int().min(1).max(86_400),
});
const NewFact = z.strictObject({ rule: z.string().min(1), fields: z.array(z.string().min(1)).min(1).max(8) });

/** Links what was read and makes it ready to run. A document whose own customs are wrong is refused like any other. */
export function createContent(parsed: readonly ParsedDocument[]): Content {
  const customs = new Map<Header, Customs>();
  const checked = parsed.map((document) => {
    if (!document.read) return document;
    const read = readCustoms(document.read);
    if (!('error' in read)) {
      customs.set(document.read.header, read);
      return document;
    }
    const { read: _refused, ...rest } = document;
    return { ...rest, problems: [...document.problems, { severity: 'error' as const, error: read.error }] };
  });
  const set = linkRules(checked);
  const customsOf = (header: Header): Customs =>
    customs.get(header) ?? { cause: header.id, message: messageTemplate('{title}') };
  const grouped = set.rules.flatMap((rule) => groupingOf(rule, customsOf(rule.header)) ?? []);
  const lenient = new Set(grouped);
  const feeds = new Map(
    [...feedsOf([...set.correlations, ...grouped])].map(([id, all]) => [
      id,
      all.map((feed): Feed => ({ ...feed, isLenient: lenient.has(feed.correlation) })),
    ]),
  );
  const correlations = new Map([...set.correlations, ...grouped].map((one) => [one.header.id, one]));
  const listings = set.documents.map((document) => listingOf(document, set));
  const loaded = listings.filter((listing) => listing.is_loaded).map((listing) => listing.hash);
  return {
    version: createHash('sha256').update(loaded.sort().join('\n')).digest('hex'),
    set,
    evaluator: createIndex(set.rules, set.filters),
    customs: customsOf,
    feeds: (id) => feeds.get(id) ?? [],
    isPlain: ({ header }) => set.reporting.has(header.id) && !correlations.has(header.id),
    correlation: (id) => correlations.get(id),
    listings,
  };
}

/** A rule that groups is counted by a correlation of its own, of the same id, that holds from the first event (SPEC.md [R5]). */
function groupingOf(rule: Rule, { group }: Customs): LinkedCorrelation | undefined {
  if (!group) return undefined;
  const { header } = rule;
  return {
    kind: 'correlation',
    header,
    type: 'event_count',
    rules: [header.id],
    groupBy: group.by,
    timespanMs: group.timespanMs,
    conditions: [{ comparison: 'gte', value: 1 }],
    fields: [],
    aliases: new Map(),
    generate: false,
    feeds: [{ reference: header.id, of: rule }],
    rank: 0,
    carries: [],
  };
}

function readCustoms(document: SigmaDocument): Customs | { error: FirebreakError } {
  const { header } = document;
  const { cause, message, firebreak_new: fact, firebreak_group: grouping } = header.custom;
  const refuse = (key: string, expected: string) => ({
    error: errors.BAD_CUSTOM([key, expected], { where: { file: header.file, line: header.line, column: 1 } }),
  });
  if (cause !== undefined && (typeof cause !== 'string' || !/^[a-z0-9][a-z0-9_-]{0,63}$/.test(cause)))
    return refuse('cause', 'a word of a-z, 0-9, "_" and "-"');
  if (message !== undefined && (typeof message !== 'string' || message === '')) return refuse('message', 'a text');
  const isNew = fact === undefined ? undefined : NewFact.safeParse(fact);
  if (isNew && !isNew.success) return refuse('firebreak_new', 'a map of "rule" and a list of "fields"');
  if (isNew && (document.kind !== 'correlation' || !document.rules.includes(isNew.data.rule)))
    return refuse('firebreak_new.rule', 'one of the rules of the correlation');
  const group = grouping === undefined ? undefined : Group.safeParse(grouping);
  if (group && (!group.success || document.kind !== 'rule'))
    return refuse('firebreak_group', 'on a rule, a map of a list "by" and seconds "timespan_s"');
  return {
    cause: cause ?? header.id,
    message: messageTemplate(message ?? '{title}'),
    ...(isNew ? { isNew: isNew.data } : {}),
    ...(group?.success ? { group: { by: group.data.by, timespanMs: group.data.timespan_s * 1_000 } } : {}),
  };
}

function listingOf(document: ParsedDocument, set: RuleSet): RuleListing {
  const header = document.read?.header;
  return {
    file: document.file,
    document: document.document,
    kind: document.kind,
    rule_id: header?.id ?? null,
    title: document.title,
    level: header?.level ?? null,
    status: header?.status ?? null,
    description: header?.description ?? null,
    technique_ids: attacksOf(header?.tags ?? []).map(({ technique_id: id }) => id),
    is_reporting: header !== undefined && set.reporting.has(header.id),
    hash: document.hash,
    is_loaded: document.read !== undefined,
    problems: document.problems.map(problemOf),
  };
}

function problemOf({ error }: Problem): RuleListing['problems'][number] {
  const { line, column } = error.where ?? {};
  return {
    code: error.code,
    message: error.message,
    fix: error.fix,
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  };
}
