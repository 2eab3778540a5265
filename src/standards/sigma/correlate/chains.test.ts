import { describe, expect, test } from 'vitest';
import { firedAt, loadCorrelations, play, plainRules, type Played } from '../../../../test/correlation.ts';
import { linkRules } from '../link-rules.ts';
import { parseDocuments } from '../parse-documents.ts';
import { windowPlan } from './window-plan.ts';

const is = (rules: string, at: number, more: Partial<Played> = {}): Played => ({ is: rules, ip: 'x', at, ...more });
const doc = (id: string, body: string, more = '') => `title: ${id}\nid: ${id}\n${more}correlation: {${body}}\n---\n`;
const inner = doc('inner', 'type: event_count, rules: [a], condition: {gte: 2}, group-by: [ip], timespan: 5s');
const codes = (text: string) =>
  linkRules(parseDocuments(plainRules + text, 'r.yml')).documents.flatMap(({ title, problems }) =>
    problems.map(({ error }) => `${title} ${error.code.replace('SIGMA.', '')}`),
  );

test('[C20] an alias names a field for some rules, for group-by and for what is counted', () => {
  const temporal = `type: temporal, rules: [a, b, c], group-by: [who], timespan: 10s, aliases: {who: {a: ip, b: peer}}`;
  const steps = [is('a', 0, { who: 'no' }), is('b', 1, { ip: 'no', peer: 'x' })];
  expect(firedAt(temporal, [...steps, is('c', 2, { who: 'x' })])).toEqual(['corr@2!']);
  expect(firedAt(temporal, [...steps, is('c', 2, { who: 'y' })])).toEqual([]);
  const sum = `type: value_sum, rules: [a, b], condition: {field: bytes, gte: 5}, timespan: 10s, aliases: {bytes: {a: sent, b: got}}`;
  expect(firedAt(sum, [is('a', 0, { sent: 2, got: 9 }), is('b', 1, { got: 3, sent: 9 })])).toEqual(['corr@1!']);
});

describe('[C22] what may be counted', () => {
  const over = (id: string, rules: string, group = 'ip') =>
    doc(id, `type: event_count, rules: [${rules}], condition: {gte: 1}, group-by: [${group}], timespan: 5s`);
  test('circles of any length are refused, and what counts them', () => {
    const text = over('one', 'two') + over('two', 'three') + over('three', 'one') + over('self', 'self');
    const problems = codes(text + over('upon', 'one') + over('fine', 'a'));
    expect(new Set(problems.map((one) => one.split(' ')[0]))).toEqual(new Set(['one', 'two', 'three', 'self', 'upon']));
    expect(problems.some((one) => one.endsWith('CORRELATION_CYCLE'))).toBe(true);
  });
  test('a long chain is no circle', () => {
    const links = Array.from({ length: 200 }, (_, at) => over(`n${at}`, at === 0 ? 'a' : `n${at - 1}`)).toReversed();
    const set = loadCorrelations(links.join(''));
    expect(set.correlations.map(({ rank }) => rank)).toEqual([...Array(200).keys()]);
    expect(firedAt(links.join(''), [is('a', 0)])).toHaveLength(200);
  });
  test('what is not loaded, what is ambiguous and what is wrong itself is refused', () => {
    expect(codes(over('lost', 'nobody'))).toEqual(['lost UNKNOWN_RULE']);
    expect(codes(over('lost', 'wrong') + doc('wrong', 'type: event_count, rules: [a], timespan: 5s'))).toEqual([
      'lost UNKNOWN_RULE',
      'wrong MISSING',
    ]);
    const twice = ['p', 'q'].map((id) => doc(id, 'type: temporal, rules: [a], timespan: 5s', 'name: same\n')).join('');
    expect(codes(twice + over('which', 'same'))).toEqual(['which AMBIGUOUS_RULE']);
  });
  test('a thousand rules are counted', () => {
    const many = Array.from({ length: 1_000 }, (_, at) => `r${at}`);
    const rules = many.map(
      (id) => `title: ${id}\nid: ${id}\nlogsource: {}\ndetection: {s: {is: ${id}}, condition: s}\n---\n`,
    );
    const counting = `type: temporal, rules: [${many.join()}], condition: {gte: 70}, timespan: 90s`;
    const events = many.slice(0, 80).map((id, at) => is(id, at));
    expect(firedAt(rules.join('') + doc('many', counting), events)).toEqual(
      Array.from({ length: 11 }, (_, at) => `many@${69 + at}${at === 0 ? '!' : ''}`),
    );
    expect(
      codes(doc('more', `type: event_count, rules: [${[...many, 'one'].join()}], condition: {gte: 1}, timespan: 1s`)),
    ).toEqual(['more BAD_VALUE']);
  });
});

describe('[C23] a firing counts as an event', () => {
  const then = doc('outer', 'type: temporal_ordered, rules: [inner, c], group-by: [ip], timespan: 10s');
  test('at the time and place of the event that ends its window', () => {
    expect(firedAt(then + inner, [is('a', 0), is('a', 4), is('c', 14)])).toEqual(['inner@4!', 'outer@14!']);
    expect(firedAt(then + inner, [is('a', 0), is('a', 4), is('c', 14.001)])).toEqual(['inner@4!']);
    expect(firedAt(then + inner, [is('a', 0), is('c', 3), is('a', 4)])).toEqual(['inner@4!']);
    // The event that makes the inner one fire is not after it.
    expect(firedAt(then + inner, [is('a', 0), is('ac', 4)])).toEqual(['inner@4!']);
  });
  test('once for each event whose window holds', () => {
    const outer = doc('outer', 'type: event_count, rules: [inner], condition: {gte: 3}, group-by: [ip], timespan: 10s');
    expect(
      firedAt(
        outer + inner,
        [0, 1, 2, 3].map((at) => is('a', at)),
      ),
    ).toEqual(['inner@1!', 'inner@2', 'inner@3', 'outer@3!']);
    // The episode goes on at 6.9 and 11, but no window holds that ends there.
    const three = inner.replace('gte: 2', 'gte: 3');
    const twice = outer.replace('gte: 3', 'gte: 2');
    expect(
      firedAt(
        twice + three,
        [0, 1, 2, 6.9, 11, 11.5].map((at) => is('a', at)),
      ),
    ).toEqual(['inner@2!', 'inner@11.5', 'outer@11.5!']);
  });
  test('an event that comes late completes both', () => {
    expect(firedAt(then + inner, [is('a', 4), is('c', 9), is('a', 1)])).toEqual(['inner@4!', 'outer@9!']);
  });
});

describe('[C24] its fields', () => {
  const users = (group: string) =>
    doc(
      'outer',
      `type: value_count, rules: [inner], condition: {field: user, gte: 2}, group-by: [${group}], timespan: 20s`,
    );
  const steps = [is('a', 0, { user: 'p' }), is('a', 1, { user: 'q' }), is('a', 2, { user: 'r' })];
  test('are its group, and others of the event that ends the window', () => {
    expect(firedAt(users('ip') + inner, steps)).toEqual(['inner@1!', 'inner@2', 'outer@2!']);
    expect(firedAt(users('user') + inner, steps)).toEqual(['inner@1!', 'inner@2']);
  });
  test('are carried through a chain, under the names of each', () => {
    const text =
      doc('top', 'type: event_count, rules: [outer], condition: {gte: 2}, group-by: [login], timespan: 20s') +
      doc(
        'outer',
        'type: event_count, rules: [inner], condition: {gte: 1}, group-by: [ip], timespan: 20s, aliases: {login: {inner: user}}',
      ) +
      inner;
    const set = loadCorrelations(text);
    expect(Object.fromEntries(set.correlations.map(({ header, carries }) => [header.id, carries]))).toEqual({
      inner: ['user'],
      outer: ['login'],
      top: [],
    });
    const fired = (last: string) => firedAt(text, [...steps.slice(0, 2), is('a', 2, { user: last })]).at(-1);
    expect(fired('Q')).toBe('top@2!');
    expect(fired('z')).toBe('outer@2');
  });
  test('a missing one is not counted, and said', () => {
    const { firings, incomplete } = play(users('ip') + inner, [is('a', 0), is('a', 1)]);
    expect(firings.map(({ correlation }) => correlation.header.id)).toEqual(['inner']);
    expect(incomplete).toEqual(new Map([['outer', 1]]));
  });
  test('of what is decided at its end are the group only', () => {
    const mean = doc(
      'inner',
      'type: value_avg, rules: [a], condition: {field: n, gt: 5}, group-by: [ip], timespan: 5s',
    );
    expect(codes(users('ip') + mean)).toEqual(['outer GROUP_NOT_FED']);
    const between = doc(
      'outer',
      'type: event_count, rules: [middle], condition: {gte: 1}, group-by: [user], timespan: 5s',
    );
    const middle = doc(
      'middle',
      'type: event_count, rules: [inner], condition: {gte: 1}, group-by: [ip], timespan: 5s',
    );
    expect(codes(between + middle + mean)).toEqual(['outer GROUP_NOT_FED']);
  });
});

describe('[C25] who counts what is decided late waits for it', () => {
  const mean = (id: string, timespan: string) =>
    doc(id, `type: value_avg, rules: [a], condition: {field: n, gt: 5}, group-by: [ip], timespan: ${timespan}`);
  const outer = doc('outer', 'type: temporal, rules: [inner, c], group-by: [ip], timespan: 10s');
  test('an inner window that is decided an hour later still meets what lies near its last event', () => {
    const steps = [is('a', 0, { n: 9 }), is('c', 5), is('c', 3_600 + 300), is('a', 3_600 + 301, { n: 1 })];
    expect(firedAt(outer + mean('inner', '1h'), steps)).toEqual(['inner@0!', 'outer@5!']);
  });
  test('by its timespan and 6 minutes, along the longest way', () => {
    const set = loadCorrelations(outer.replace('inner, c', 'inner, hour') + mean('inner', '1m') + mean('hour', '1h'));
    const late = set.correlations.map((rule) => windowPlan(rule).latenessMs);
    expect(late).toEqual([300_000, 300_000, 300_000 + 3_600_000 + 360_000]);
  });
});

test('[C26] what is counted makes no finding of its own, unless some correlation says so', () => {
  const counting = (id: string, more: string) =>
    doc(id, `type: event_count, rules: [a, b], condition: {gte: 1}, timespan: 5s${more}`);
  const reporting = (text: string) => [...loadCorrelations(text).reporting].filter((id) => 'ab'.includes(id));
  expect(reporting(counting('one', ''))).toEqual([]);
  expect(reporting(counting('one', ', generate: false'))).toEqual([]);
  expect(reporting(counting('one', ', generate: true'))).toEqual(['a', 'b']);
  expect(reporting(counting('one', '') + counting('two', ', generate: true'))).toEqual(['a', 'b']);
  expect(reporting(`${counting('one', '').replace('---\n', 'generate: true\n---\n')}`)).toEqual(['a', 'b']);
  const { firings } = play(inner + doc('outer', 'type: temporal, rules: [inner], timespan: 5s'), [
    is('a', 0),
    is('a', 1),
  ]);
  expect(firings.map(({ correlation, isReporting }) => [correlation.header.id, isReporting])).toEqual([
    ['inner', false],
    ['outer', true],
  ]);
});
