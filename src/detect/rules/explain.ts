import type { Format, Logsource } from '../../connector/index.ts';
import type { Subject } from '../../schema/subject.ts';
import { appliesTo, explainRule } from '../../standards/sigma/index.ts';
import { byCertainty, handedContext, lineReader } from '../read-line.ts';
import type { Content } from './content.ts';

/** A rule that matched the line. */
export interface ExplainedRule {
  rule_id: string;
  title: string;
  level: string;
  file: string;
  /** Searches of the rule's detection that were true, and the fields that made them so. */
  matched: { search: string; fields: string[] }[];
  /** Titles of the correlations that count it; empty: it makes a finding by itself. */
  counted_by: string[];
}

/** A rule whose logsource fits and that did not match, with what was missing. */
export interface NearRule {
  rule_id: string;
  title: string;
  file: string;
  condition: string;
  /** Share of the rule's searches that are as the condition needs them, 0 to 1. */
  share: number;
  missing: string[];
}

export interface Explanation {
  /** Name of the format that read the line; absent: none did. */
  format?: string;
  recognised_by: { format: string; certainty: 0 | 1 | 2 }[];
  /** ISO time of the event, absent when the line names none. */
  time?: string;
  logsources: Logsource[];
  fields: { name: string; value: string }[];
  subjects: Subject[];
  matched: ExplainedRule[];
  nearest: NearRule[];
  /** Rules whose logsource fits the event. */
  rules_tried: number;
  rules_loaded: number;
}

const nearestShown = 5;
const fieldsShown = 200;

/** Reads one line as the given format, or as the one that recognises it best, and tells what every rule says of it. */
export function explainLine(
  line: string,
  options: { content: Content; formats: ReadonlyMap<string, Format>; now: number; format?: string },
): Explanation {
  const { content, formats, now } = options;
  const recognised = byCertainty(formats, line).map(({ format, certainty }) => ({ format: format.name, certainty }));
  const context = handedContext(now);
  const found = lineReader(formats, options.format ?? 'auto')(line, context);
  if (!found) {
    const nothing = { logsources: [], fields: [], subjects: [], matched: [], nearest: [] };
    return { ...nothing, recognised_by: recognised, rules_tried: 0, rules_loaded: content.set.rules.length };
  }
  const { format, read } = found;
  const fitting = content.set.rules.filter((rule) => appliesTo(rule.logsource, read.logsources));
  const matching = new Set(content.evaluator.evaluate(read.view, read.logsources));
  const matched = [...matching].map((rule) => ({
    rule_id: rule.header.id,
    title: rule.header.title,
    level: rule.header.level,
    file: rule.header.file,
    matched: explainRule(rule, read.view)
      .searches.filter((search) => search.is_true)
      .map(({ name: search, true_items }) => ({ search, fields: true_items })),
    counted_by: content.feeds(rule.header.id).map(({ correlation }) => correlation.header.title),
  }));
  const nearest = fitting
    .filter((rule) => !matching.has(rule))
    .map((rule) => ({ rule, explained: explainRule(rule, read.view) }))
    .sort((left, right) => right.explained.share - left.explained.share)
    .slice(0, nearestShown)
    .map(({ rule, explained }) => ({
      rule_id: rule.header.id,
      title: rule.header.title,
      file: rule.header.file,
      condition: rule.detection.conditionText,
      share: explained.share,
      // A rule that matched by itself was kept back by a filter.
      missing: explained.matches ? ['a filter'] : explained.missing.map((search) => whyNot(search, explained.searches)),
    }));
  return {
    format,
    recognised_by: recognised,
    ...(read.time === undefined ? {} : { time: new Date(read.time).toISOString() }),
    logsources: [...read.logsources],
    fields: flat(read.view),
    subjects: [...read.subjects],
    matched,
    nearest,
    rules_tried: fitting.length,
    rules_loaded: content.set.rules.length,
  };
}

function whyNot(search: string, searches: ReturnType<typeof explainRule>['searches']): string {
  const found = searches.find(({ name }) => name === search);
  return found && found.false_items.length > 0 ? `${search}: ${found.false_items.slice(0, 4).join(', ')}` : search;
}

function flat(view: Readonly<Record<string, unknown>>): { name: string; value: string }[] {
  return Object.entries(view)
    .slice(0, fieldsShown)
    .map(([name, value]) => ({
      name,
      value: (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 1_000),
    }));
}
