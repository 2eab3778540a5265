import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEvaluator, type Evaluator } from '../evaluate.ts';
import type { View } from '../event-values.ts';
import { linkRules } from '../link-rules.ts';
import { parseDocuments } from '../parse-documents.ts';
import type { Logsource, Rule } from '../rule.ts';
import { createIndex } from './create-index.ts';
import { generatedEvent, generatedLogsources, generatedRule, jsonOf } from './generated.ts';

/** Pairs of a rule and an event that are compared; `FIREBREAK_FUZZ_RUNS` asks for more. */
const pairs = Number(process.env['FIREBREAK_FUZZ_RUNS'] ?? 50_000);
const [rulesEach, eventsEach] = [40, 25];

function rulesOf(texts: readonly string[]): Rule[] {
  return [...linkRules(texts.flatMap((text, index) => parseDocuments(text, `rule-${index}.yml`))).rules];
}

function hitsOf(evaluator: Evaluator, view: View, logsources: readonly Logsource[], json?: string): string[] {
  return evaluator.evaluate(view, logsources, json).map(({ header }) => header.file);
}

/** Keywords that stand in JSON as they are, and some that do not. */
const keywords = fc.constantFrom(
  'sekurlsa',
  'powershell',
  'net user',
  'http://',
  '\\ps\\',
  '"quoted"',
  'true',
  '4624',
  'ſekurlſa',
);
const keywordRule = fc.tuple(fc.array(keywords, { minLength: 1, maxLength: 3 }), fc.boolean()).map(([one, isAll]) =>
  JSON.stringify({
    title: 'keywords',
    logsource: {},
    detection: { one: isAll ? { '|all': one } : one, condition: 'one' },
  }),
);

describe('the index and the oracle', () => {
  test('find the same of generated rules and events', { timeout: 3_600_000 }, () => {
    let compared = 0;
    let hits = 0;
    fc.assert(
      fc.property(
        fc.array(generatedRule, { minLength: rulesEach, maxLength: rulesEach }),
        fc.array(fc.tuple(generatedEvent, generatedLogsources), { minLength: eventsEach, maxLength: eventsEach }),
        (texts, events) => {
          const rules = rulesOf(texts);
          const oracle = createEvaluator(rules);
          const index = createIndex(rules, [], { each: 2, fewRules: 0 });
          for (const [at, [event, logsources]] of events.entries()) {
            // Half of them are matched by plans that were made anew.
            if (at === eventsEach >> 1) while (index.improve?.());
            const expected = hitsOf(oracle, event, logsources);
            compared += rules.length;
            hits += expected.length;
            expect(hitsOf(index, event, logsources)).toEqual(expected);
          }
        },
      ),
      { numRuns: Math.ceil(pairs / rulesEach / eventsEach) },
    );
    expect(compared).toBeGreaterThan(pairs / 2);
    // Neither nothing nor everything matches: otherwise nothing was compared.
    expect(hits / compared).toBeGreaterThan(0.02);
    expect(hits / compared).toBeLessThan(0.9);
  });

  test('find the same keywords in the JSON text as in the values', { timeout: 3_600_000 }, () => {
    let hits = 0;
    const holding = fc.tuple(generatedEvent, keywords, fc.string({ unit: 'binary' })).map(([event, word, more]) => ({
      ...event,
      said: [`${more}${word.toUpperCase()}${more}`],
    }));
    fc.assert(
      fc.property(
        fc.array(keywordRule, { minLength: 1, maxLength: 3 }),
        holding,
        fc.boolean(),
        (texts, event, hides) => {
          const rules = rulesOf(texts);
          const json = jsonOf(event, hides);
          const view = JSON.parse(json);
          const expected = hitsOf(createEvaluator(rules), view, [{}]);
          hits += expected.length;
          expect(hitsOf(createIndex(rules), view, [{}], json)).toEqual(expected);
        },
      ),
      { numRuns: Math.ceil(pairs / 20) },
    );
    expect(hits).toBeGreaterThan(pairs / 200);
  });

  test('agree on kinds of events whatever their names are', () => {
    const texts = [String.raw`\*`, '4624', 'abc'].map((value) =>
      JSON.stringify({ title: value, logsource: {}, detection: { one: { EventID: value }, condition: 'one' } }),
    );
    const rules = rulesOf(texts);
    const [oracle, index] = [createEvaluator(rules), createIndex(rules)];
    for (const EventID of ['other', '*', '', null, 'ABC', '4624', 4624, '4624.0', ['abc'], '*'])
      expect(hitsOf(index, { EventID }, [{}]), String(EventID)).toEqual(hitsOf(oracle, { EventID }, [{}]));
  });
});
