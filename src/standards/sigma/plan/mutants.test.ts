import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createEvaluator } from '../evaluate.ts';
import { linkRules } from '../link-rules.ts';
import { parseDocuments } from '../parse-documents.ts';
import type * as Choice from './choose-anchors.ts';
import type { Costs } from './costs.ts';
import { generatedEvent, generatedLogsources, generatedRule, jsonOf } from './generated.ts';
import type * as Numbers from '../event-values.ts';
import type * as Scanner from '../scan/field-scanner.ts';
import type * as Trees from './predicate-tree.ts';
import type * as Keywords from '../scan/keyword-scanner.ts';
import type * as Literals from './regex-literals.ts';
import type * as Sampler from '../scan/word-sampler.ts';
import type { Looked } from '../scan/word-table.ts';
import type * as Prober from '../scan/place-prober.ts';

/** Bugs that an index can have, each put into one module. */
const mutants: readonly [name: string, module: string, bug: (real: never) => object][] = [
  ['a long s is no s', '../scan/index-fold.ts', () => ({ indexFold: (text: string) => text.toLowerCase() })],
  [
    'only the first branch of an alternation is looked for',
    './regex-literals.ts',
    (real: typeof Literals) => ({ neededTexts: (source: string) => real.neededTexts(source)?.slice(0, 1) }),
  ],
  [
    'a negated test is taken for one that must be true',
    './choose-anchors.ts',
    (real: typeof Choice) => ({
      chooseAnchors: (trees: readonly Trees.Tree[], costs: Costs) => real.chooseAnchors(trees.map(unnegated), costs),
    }),
  ],
  [
    'samples begin at the second byte',
    '../scan/word-sampler.ts',
    (real: typeof Sampler) => ({
      createWordSampler(looked: readonly Looked[], seen: readonly string[]): Sampler.WordSampler {
        const sampler = real.createWordSampler(looked, seen);
        return { sample: (value, folded, into) => sampler.sample(value.slice(1), () => folded().slice(1), into) };
      },
    }),
  ],
  [
    'a text that is the whole value is no end of it',
    '../scan/place-prober.ts',
    (real: typeof Prober) => ({
      createPlaceProber: (looked: readonly Looked[]): Prober.PlaceProber => ({
        probe(value, folded, into) {
          const shorter = looked.filter(({ kind, text }) => kind === 'equals' || text !== value);
          return shorter.length === 0 ? 0 : real.createPlaceProber(shorter).probe(value, folded, into);
        },
      }),
    }),
  ],
  [
    'a capital letter beyond ASCII is another than the small one',
    '../scan/field-scanner.ts',
    (real: typeof Scanner) => ({
      createFieldScanner(anchorings: readonly Scanner.Anchoring[], seen?: readonly string[]): Scanner.FieldScanner {
        const scanner = real.createFieldScanner(anchorings, seen);
        const changed = (value: Numbers.Scalar) =>
          typeof value === 'string' ? value.replaceAll(/\P{ASCII}/gu, '~') : value;
        return { whenPresent: scanner.whenPresent, scan: (value, into) => scanner.scan(changed(value), into) };
      },
    }),
  ],
  [
    'a keyword that is written in escapes is overlooked',
    '../scan/keyword-scanner.ts',
    (real: typeof Keywords) => ({
      createKeywordScanner(anchorings: readonly Scanner.Anchoring[], seen: readonly string[]): Keywords.KeywordScanner {
        const scanner = real.createKeywordScanner(anchorings, seen);
        return { scan: (view, json, into) => scanner.scan(view, json?.replaceAll('\\u', ''), into) };
      },
    }),
  ],
  [
    'a constant is forgotten when trees are joined',
    './predicate-tree.ts',
    (real: typeof Trees) => ({
      resolved: (tree: Trees.Tree, truthOf: (predicate: Trees.Predicate) => boolean | undefined) =>
        real.resolved(tree, (predicate) => truthOf(predicate) ?? (predicate.field === 'EventID' ? false : undefined)),
    }),
  ],
  [
    'a number in another writing is no number',
    '../event-values.ts',
    (real: typeof Numbers) => ({
      numberOf: (raw: Numbers.Scalar) => (typeof raw === 'string' && raw.length > 4 ? undefined : real.numberOf(raw)),
    }),
  ],
];

function unnegated(tree: Trees.Tree): Trees.Tree {
  if (tree.kind === 'leaf') return { ...tree, negated: false };
  return tree.kind === 'always' ? tree : { ...tree, of: tree.of.map(unnegated) };
}

afterEach(() => vi.resetModules());

/** The library with one module changed. */
async function libraryWith(change?: { module: string; bug: (real: never) => object }) {
  vi.resetModules();
  if (change)
    vi.doMock(change.module, async (original) => {
      const real = await original<object>();
      return { ...real, ...change.bug(real as never) };
    });
  const [{ createIndex }, { linkRules }, { parseDocuments }] = await Promise.all([
    import('./create-index.ts'),
    import('../link-rules.ts'),
    import('../parse-documents.ts'),
  ]);
  if (change) vi.doUnmock(change.module);
  return { createIndex, linkRules, parseDocuments };
}

/** Batches of rules and events until the index and the oracle differ; false: they never do. */
function isCaught(library: Awaited<ReturnType<typeof libraryWith>>, most = 200): boolean {
  const batches = fc.sample(
    fc.tuple(
      fc.array(generatedRule, { minLength: 40, maxLength: 40 }),
      fc.array(fc.tuple(generatedEvent, generatedLogsources), { minLength: 25, maxLength: 25 }),
    ),
    { numRuns: most, seed: 7 },
  );
  return batches.some(([texts, events]) => {
    const read = ({ linkRules: link, parseDocuments: parse }: Pick<typeof library, 'linkRules' | 'parseDocuments'>) =>
      link(texts.flatMap((text, index) => parse(text, `rule-${index}.yml`))).rules;
    const both = [createEvaluator(read({ linkRules, parseDocuments })), library.createIndex(read(library))];
    return events.some(([event, logsources], at) => {
      const json = jsonOf(event, at % 2 === 0);
      const view = JSON.parse(json);
      const [right, ours] = both.map((one) => one.evaluate(view, logsources, json).map(({ header }) => header.file));
      return right?.join() !== ours?.join();
    });
  });
}

describe('a bug of the index is caught by the oracle:', () => {
  test.each(mutants)('%s', { timeout: 300_000 }, async (_name, module, bug) => {
    expect(isCaught(await libraryWith({ module, bug }))).toBe(true);
  });

  test('and none is without one', { timeout: 300_000 }, async () => {
    expect(isCaught(await libraryWith(), 40)).toBe(false);
  });
});
