import type { LinkedCorrelation } from '../src/standards/sigma/index.ts';

/** An event as the reference sees it: all of them at once. */
export interface ReferenceEvent {
  /** Milliseconds. */
  time: number;
  order: number;
  weight: number;
  fields: Readonly<Record<string, string | number>>;
  /** Ids of the rules it matches. */
  rules: readonly string[];
}

export interface ReferenceResult {
  /** `rule group@ms`, one for each window that holds, sorted. */
  firings: string[];
  /** `rule group first-last count`: windows that held and what follows them closely, joined where they touch; sorted. */
  episodes: string[];
}

interface Step {
  time: number;
  order: number;
  weight: number;
  feed: number;
  fields: Readonly<Record<string, string | number>>;
}
type Condition = NonNullable<LinkedCorrelation['expression']>;

/** What correlations must give, by brute force and from the definitions of SPEC.md alone. Every event once; ids without spaces. */
export function correlationReference(
  correlations: readonly LinkedCorrelation[],
  events: readonly ReferenceEvent[],
): ReferenceResult {
  const result: ReferenceResult = { firings: [], episodes: [] };
  const firedBy = new Map<string, Step[]>();
  for (const rule of correlations) {
    const groups = Map.groupBy(stepsOf(rule, events, firedBy), ({ step, feed }) =>
      rule.groupBy.map((field) => String(step.fields[named(rule, feed, field)])).join('/'),
    );
    const fired: Step[] = [];
    for (const [group, members] of groups) {
      const steps = members
        .map(({ step }) => step)
        .toSorted((one, other) => one.time - other.time || one.order - other.order || other.feed - one.feed);
      const windows = isDecidedLate(rule) ? tiles(rule, steps) : slides(rule, steps);
      const held = windows.filter((window) => holds(rule, window));
      const ends = [...new Set(held.map((window) => `${window.at(-1)?.time} ${window.at(-1)?.order}`))];
      for (const end of ends) {
        const [time = 0, order = 0] = end.split(' ').map(Number);
        const source = steps.find((step) => step.time === time && step.order === order);
        const own = Object.fromEntries(rule.groupBy.map((field, at) => [field, group.split('/')[at] ?? '']));
        fired.push({ time, order, weight: 1, feed: 0, fields: { ...source?.fields, ...own } });
        result.firings.push(`${rule.header.id} ${group}@${time}`);
      }
      for (const text of episodes(rule, steps, held)) result.episodes.push(`${rule.header.id} ${group} ${text}`);
    }
    firedBy.set(rule.header.id, fired);
  }
  return { firings: result.firings.toSorted(), episodes: result.episodes.toSorted() };
}

function named(rule: LinkedCorrelation, feed: number, field: string): string {
  return rule.aliases.get(field)?.get(rule.rules[feed] ?? '') ?? field;
}

const isByRule = ({ type }: LinkedCorrelation) => type.startsWith('temporal');

function stepsOf(
  rule: LinkedCorrelation,
  events: readonly ReferenceEvent[],
  firedBy: ReadonlyMap<string, readonly Step[]>,
): { step: Step; feed: number }[] {
  const found = rule.feeds.flatMap(({ of }, feed) =>
    of.kind === 'correlation'
      ? (firedBy.get(of.header.id) ?? []).map((step) => ({ feed, step: { ...step, feed } }))
      : events.filter(({ rules }) => rules.includes(of.header.id)).map((event) => ({ feed, step: { ...event, feed } })),
  );
  const seen = new Set<string>();
  return found.filter(({ feed, step }) => {
    const isRule = rule.feeds[feed]?.of.kind === 'rule';
    const id = isByRule(rule) || !isRule ? `${feed} ${step.order}` : `${step.order}`;
    return seen.size < seen.add(id).size;
  });
}

function isDecidedLate({ type, conditions, expression }: LinkedCorrelation): boolean {
  if (expression) return JSON.stringify(expression).includes('"not"');
  if (['value_avg', 'value_median', 'value_percentile'].includes(type)) return true;
  return conditions.some(({ comparison }) => !['gt', 'gte'].includes(comparison));
}

const slides = ({ timespanMs }: LinkedCorrelation, steps: readonly Step[]) =>
  steps.map((end, at) => steps.slice(0, at + 1).filter(({ time }) => time >= end.time - timespanMs));

function tiles({ timespanMs }: LinkedCorrelation, steps: readonly Step[]): Step[][] {
  const [first] = steps;
  if (!first) return [];
  const tile = steps.filter(({ time }) => time <= first.time + timespanMs);
  return [tile, ...tiles({ timespanMs } as LinkedCorrelation, steps.slice(tile.length))];
}

function holds(rule: LinkedCorrelation, window: readonly Step[]): boolean {
  if (rule.expression) return expressionHolds(rule, rule.expression, window);
  const field = rule.fields[0] ?? '';
  const weight = window.reduce((sum, one) => sum + one.weight, 0);
  const numbers = window
    .flatMap((one) => Array<number>(one.weight).fill(Number(one.fields[named(rule, one.feed, field)])))
    .toSorted((one, other) => one - other);
  const at = (rank: number) => numbers[rank] ?? NaN;
  const percentile = (p: number) => {
    const rank = (p / 100) * (numbers.length - 1);
    return at(Math.floor(rank)) + (at(Math.ceil(rank)) - at(Math.floor(rank))) * (rank % 1);
  };
  const figure = () => {
    switch (rule.type) {
      case 'event_count':
        return weight;
      case 'value_count':
        return new Set(window.map((one) => String(one.fields[named(rule, one.feed, field)]))).size;
      case 'temporal':
        return new Set(window.map((one) => one.feed)).size;
      case 'temporal_ordered':
        return longest(window, -1, -Infinity);
      case 'value_sum':
        return numbers.reduce((sum, one) => sum + one, 0);
      case 'value_avg':
        return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
      case 'value_median':
        return percentile(50);
      case 'value_percentile':
        return percentile(rule.percentile ?? 50);
    }
  };
  const wanted = (value: number) =>
    rule.conditions.every(({ comparison, value: bound }) => {
      const ways = {
        lt: value < bound,
        lte: value <= bound,
        gt: value > bound,
        gte: value >= bound,
        eq: value === bound,
        neq: value !== bound,
      };
      return ways[comparison];
    });
  return wanted(figure());
}

/** The most steps of rising rule and rising place, after the given ones; two of one event do not follow each other. */
function longest(window: readonly Step[], feed: number, place: number): number {
  const later = window.filter((one, at) => one.feed > feed && at > place);
  return Math.max(
    0,
    ...later.map((one) => {
      const at = window.indexOf(one);
      const before = window[place];
      return before && before.order === one.order && before.time === one.time ? 0 : 1 + longest(window, one.feed, at);
    }),
  );
}

/** Some set of rules, in order in the window, makes the text true, where `not x` says that x is not in the window at all. */
function expressionHolds(rule: LinkedCorrelation, expression: Condition, window: readonly Step[]): boolean {
  const present = (feed: number) => window.some((one) => one.feed === feed);
  const truth = (condition: Condition, chosen: (feed: number) => boolean, isNegated: boolean): boolean => {
    if (condition.kind === 'not') return truth(condition.of, chosen, !isNegated);
    if (condition.kind === 'search') {
      const feed = rule.rules.indexOf(condition.name);
      return isNegated ? !present(feed) : chosen(feed);
    }
    const parts = condition.of.map((part) => truth(part, chosen, isNegated));
    return (condition.kind === 'and') !== isNegated ? parts.every(Boolean) : parts.some(Boolean);
  };
  const sets = Array.from({ length: 2 ** rule.rules.length }, (_, bits) =>
    rule.rules.map((_name, feed) => feed).filter((feed) => (bits >> feed) % 2 === 1),
  );
  return sets.some((set) => {
    const inWindow = window.filter(({ feed }) => set.includes(feed));
    const isThere = rule.type === 'temporal' ? set.every(present) : longest(inWindow, -1, -Infinity) === set.length;
    return isThere && truth(expression, (feed) => set.includes(feed), false);
  });
}

function episodes(rule: LinkedCorrelation, steps: readonly Step[], held: readonly (readonly Step[])[]): string[] {
  const { timespanMs } = rule;
  const spans: { first: number; last: number }[] = [];
  const reaches = held.map((window) => ({ first: window[0]?.time ?? 0, last: window.at(-1)?.time ?? 0 }));
  for (const { first, last } of reaches.toSorted((one, other) => one.first - other.first)) {
    const open = spans.at(-1);
    if (open && first <= open.last + timespanMs) open.last = Math.max(open.last, last);
    else spans.push({ first, last });
    const now = spans.at(-1);
    // Sliding windows go on with what follows; those that are decided at their end only with others that hold.
    if (now && !isDecidedLate(rule))
      for (const { time } of steps) if (time > now.last && time <= now.last + timespanMs) now.last = time;
  }
  const inside = new Set(held.flat());
  return spans.map(({ first, last }) => {
    const members = steps.filter((step) =>
      isDecidedLate(rule)
        ? inside.has(step) && step.time >= first && step.time <= last
        : step.time >= first && step.time <= last,
    );
    const once = new Map(members.map((step, at) => [isByRule(rule) ? `${step.time} ${step.order}` : `${at}`, step]));
    const count = [...once.values()].reduce((sum, one) => sum + one.weight, 0);
    return `${first}-${last} ${count}`;
  });
}

/** Episodes that were told; times in ms. */
export interface ToldEpisode {
  rule: string;
  group: string;
  first: number;
  last: number;
  count: number;
}

/** As the reference gives them: those that a late event joined count as one (SPEC.md [C16]). */
export function joinEpisodes(correlations: readonly LinkedCorrelation[], told: readonly ToldEpisode[]): string[] {
  const spans: ToldEpisode[] = [];
  for (const span of told.toSorted((one, other) => one.first - other.first)) {
    const timespanMs = correlations.find(({ header }) => header.id === span.rule)?.timespanMs ?? 0;
    const before = spans.findLast(({ rule, group }) => rule === span.rule && group === span.group);
    if (!before || span.first > before.last + timespanMs) spans.push({ ...span });
    else Object.assign(before, { last: Math.max(before.last, span.last), count: before.count + span.count });
  }
  return spans.map(({ rule, group, first, last, count }) => `${rule} ${group} ${first}-${last} ${count}`).toSorted();
}
