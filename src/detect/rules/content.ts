import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { FirebreakError } from '../../base/errors.ts';
import {
  createEvaluator,
  linkRules,
  type Evaluator,
  type Header,
  type LinkedCorrelation,
  type ParsedDocument,
  type Problem,
  type RuleSet,
} from '../../standards/sigma/index.ts';
import { errors } from '../errors.ts';
import { messageTemplate, type MessageTemplate } from '../message.ts';
import type { RuleListing } from '../store/rules.ts';

/** What our rules may say beyond Sigma (SPEC.md [R1]-[R4]). */
export interface Customs {
  cause: string;
  message: MessageTemplate;
  /** Counts events of the rule only while this combination of fields was not seen with it before. */
  isNew?: { rule: string; fields: readonly string[] };
}

/** A correlation and the position of the rule in it that an event or a firing feeds. */
export interface Feed {
  correlation: LinkedCorrelation;
  feed: number;
  reference: string;
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
  correlation(id: string): LinkedCorrelation | undefined;
  listings: readonly RuleListing[];
}

const NewFact = z.strictObject({ rule: z.string().min(1), fields: z.array(z.string().min(1)).min(1).max(8) });

/** Links what was read and makes it ready to run. A document whose own customs are wrong is refused like any other. */
export function createContent(parsed: readonly ParsedDocument[]): Content {
  const customs = new Map<Header, Customs>();
  const checked = parsed.map((document) => {
    if (!document.read) return document;
    const read = readCustoms(document.read.header, document.read.kind === 'correlation' ? document.read.rules : []);
    if (!('error' in read)) {
      customs.set(document.read.header, read);
      return document;
    }
    const { read: _refused, ...rest } = document;
    return { ...rest, problems: [...document.problems, { severity: 'error' as const, error: read.error }] };
  });
  const set = linkRules(checked);
  const feeds = new Map<string, Feed[]>();
  for (const correlation of set.correlations)
    for (const [feed, { reference, of }] of correlation.feeds.entries())
      feeds.set(of.header.id, [...(feeds.get(of.header.id) ?? []), { correlation, feed, reference }]);
  const correlations = new Map(set.correlations.map((correlation) => [correlation.header.id, correlation]));
  const listings = set.documents.map(listingOf);
  const loaded = listings.filter((listing) => listing.is_loaded).map((listing) => listing.hash);
  return {
    version: createHash('sha256').update(loaded.sort().join('\n')).digest('hex'),
    set,
    evaluator: createEvaluator(set.rules, set.filters),
    customs: (header) => customs.get(header) ?? { cause: header.id, message: messageTemplate('{title}') },
    feeds: (id) => feeds.get(id) ?? [],
    correlation: (id) => correlations.get(id),
    listings,
  };
}

function readCustoms(header: Header, rules: readonly string[]): Customs | { error: FirebreakError } {
  const { cause, message, firebreak_new: fact } = header.custom;
  const refuse = (key: string, expected: string) => ({
    error: errors.BAD_CUSTOM([key, expected], { where: { file: header.file, line: header.line, column: 1 } }),
  });
  if (cause !== undefined && (typeof cause !== 'string' || !/^[a-z0-9][a-z0-9_-]{0,63}$/.test(cause)))
    return refuse('cause', 'a word of a-z, 0-9, "_" and "-"');
  if (message !== undefined && (typeof message !== 'string' || message === '')) return refuse('message', 'a text');
  const isNew = fact === undefined ? undefined : NewFact.safeParse(fact);
  if (isNew && !isNew.success) return refuse('firebreak_new', 'a map of "rule" and a list of "fields"');
  if (isNew && !rules.includes(isNew.data.rule))
    return refuse('firebreak_new.rule', 'one of the rules of the correlation');
  return {
    cause: cause ?? header.id,
    message: messageTemplate(message ?? '{title}'),
    ...(isNew ? { isNew: isNew.data } : {}),
  };
}

function listingOf(document: ParsedDocument): RuleListing {
  const header = document.read?.header;
  return {
    file: document.file,
    document: document.document,
    kind: document.kind,
    rule_id: header?.id ?? null,
    title: document.title,
    level: header?.level ?? null,
    status: header?.status ?? null,
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
