import type { Format, ReadEvent } from '../../connector/index.ts';
import type { LogLine } from '../../ingest/index.ts';
import {
  compileExplanation,
  createCorrelator,
  type Firing,
  type LinkedCorrelation,
  type Rule,
  type RuleExplanation,
} from '../../standards/sigma/index.ts';
import { handedContext, lineReader } from '../read-line.ts';
import { wholeEvents } from '../whole-events.ts';
import type { Content } from './content.ts';

/** A rule that fires on an event, or a correlation that begins to hold with it. */
export interface RuleHit {
  file: string;
  /** From 1; of an event of several lines the first. */
  line: number;
  rule_id: string;
  title: string;
  level: string;
  kind: 'rule' | 'correlation';
  /** ISO time of the event, absent when it names none. */
  time?: string;
  /** Of a rule: the fields that made it fire, with the value that did; a keyword has no field. Long values are cut. */
  matched: RuleExplanation['matched'];
  /** Of a correlation: its group, and how many events it has counted when it fires. */
  group?: Readonly<Record<string, string>>;
  event_count?: number;
  /** Titles of the correlations that count it. */
  counted_by: string[];
  /** Whether it makes a finding by itself. */
  is_reporting: boolean;
}

/** Rules over the events of one or more files; the correlations count through all of them. */
export interface LineEvaluation {
  /** What the rules say of each event, in the order of the lines. */
  evaluate(file: string, lines: AsyncIterable<LogLine>): AsyncGenerator<RuleHit>;
  /** What correlations say that wait for the end of their windows. Last. */
  finish(): RuleHit[];
  /** So far. Unread: no format asked reads it. */
  counted: { events: number; hits: number; unread: number };
  /** Titles of correlations that ask what was never seen before (`firebreak_new`): only the product remembers that. */
  leftOut: readonly string[];
}

/** Lines that are looked at together: those of one event join within them, as in the batches of the product. */
const mostTogether = { lines: 1_000, characters: 32 * 1024 * 1024 };
const longestValue = 1_000;

/**
 * @param options.format name of a format, or `auto`
 * @param options.now epoch ms: the time of events that name none, and of years that are missing
 */
export function createLineEvaluation(options: {
  content: Content;
  formats: ReadonlyMap<string, Format>;
  format: string;
  now: number;
}): LineEvaluation {
  const { content, formats, now } = options;
  const only = formats.get(options.format);
  const asked = only ? [only] : [...formats.values()];
  const reasons = createReasons(content);
  const isNew = ({ header }: LinkedCorrelation) => content.customs(header).isNew !== undefined;
  const left = new Set(content.set.correlations.filter(isNew));
  // What counts one that is left out is left out too; those below come first.
  for (const one of content.set.correlations)
    if (one.feeds.some(({ of }) => of.kind === 'correlation' && left.has(of))) left.add(one);
  const correlator = createCorrelator({
    ...content.set,
    correlations: content.set.correlations.filter((one) => !left.has(one)),
  });
  const counted = { events: 0, hits: 0, unread: 0 };
  const files: string[] = [];
  const context = handedContext(now);

  const nameOf = ({ header }: Pick<Rule, 'header'>) => ({
    rule_id: header.id,
    title: header.title,
    level: header.level,
  });
  const placeOf = ({ header }: Pick<Rule, 'header'>) => ({
    counted_by: content.feeds(header.id).map(({ correlation }) => correlation.header.title),
    is_reporting: content.set.reporting.has(header.id),
  });

  function hitOfFiring({ correlation, group, time, key, episode }: Firing): RuleHit {
    const [at = 0, line = 0] = key
      .slice(key.lastIndexOf(' ') + 1)
      .split(':')
      .map(Number);
    return {
      file: files[at] ?? '',
      line,
      ...nameOf(correlation),
      kind: 'correlation',
      ...timeOf(time),
      matched: [],
      group: Object.fromEntries(group.map(({ field, value }) => [field, value])),
      event_count: episode.count,
      ...placeOf(correlation),
    };
  }
  const begun = (firings: readonly Firing[]): RuleHit[] => {
    const hits = firings.filter(({ isFirst }) => isFirst).map(hitOfFiring);
    counted.hits += hits.length;
    return hits;
  };

  function* hitsOf(event: ReadEvent, at: number, line: number): Generator<RuleHit> {
    const rules = content.evaluator.evaluate(event.view, event.logsources, event.json);
    if (rules.length === 0) return;
    for (const rule of rules) {
      counted.hits += 1;
      yield {
        file: files[at] ?? '',
        line,
        ...nameOf(rule),
        kind: 'rule',
        ...timeOf(event.time),
        matched: reasons(rule, event.view),
        ...placeOf(rule),
      };
    }
    const key = `${at}:${line}:${counted.events}`;
    const weight = event.count ?? 1;
    const time = event.time !== undefined && Number.isFinite(event.time) ? event.time : now;
    yield* begun(correlator.add({ view: event.view, rules, time, key, source: String(at), weight }));
  }

  return {
    counted,
    leftOut: [...left].map(({ header }) => header.title),
    async *evaluate(file, lines) {
      const at = files.push(file) - 1;
      const read = lineReader(formats, options.format);
      for await (const batch of batches(lines)) {
        const raw = batch.map(({ number, text }) => ({ uid: String(number), raw_data: text, received_at: now }));
        for (const { index, raw: event } of wholeEvents(raw, asked)) {
          counted.events += 1;
          const found = read(event.raw_data, context)?.read;
          if (found) yield* hitsOf(found, at, batch[index]?.number ?? 0);
          else counted.unread += 1;
        }
        content.evaluator.improve?.();
      }
    },
    finish: () => begun(correlator.finish()),
  };
}

async function* batches(lines: AsyncIterable<LogLine>): AsyncGenerator<LogLine[]> {
  let batch: LogLine[] = [];
  let characters = 0;
  for await (const line of lines) {
    batch.push(line);
    characters += line.text.length;
    if (batch.length < mostTogether.lines && characters < mostTogether.characters) continue;
    yield batch;
    batch = [];
    characters = 0;
  }
  if (batch.length > 0) yield batch;
}

/** Why a rule fires; each rule is made ready for it when it fires first. */
function createReasons(content: Content): (rule: Rule, view: ReadEvent['view']) => RuleHit['matched'] {
  const compiled = new Map<Rule, ReturnType<typeof compileExplanation>>();
  return (rule, view) => {
    const explain = compiled.get(rule) ?? compileExplanation(rule, content.set.filters);
    compiled.set(rule, explain);
    return explain(view).matched.map((one) => ({ ...one, value: cut(one.value) }));
  };
}

function timeOf(time: number | undefined): { time?: string } {
  const date = new Date(time ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? {} : { time: date.toISOString() };
}

function cut<V>(value: V): V | string {
  return typeof value === 'string' && value.length > longestValue ? `${value.slice(0, longestValue)}…` : value;
}
