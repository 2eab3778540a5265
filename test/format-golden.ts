import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Format } from '../src/connector/index.ts';
import { corpusLines, hasCorpus } from './corpus.ts';
import { fuzzRuns, fuzzTimeoutMs, hostileText, readContext } from './hostile.ts';
import { golden, ocsfFaults, unmappedShare } from './ocsf.ts';

/** How many of the corpus' lines at least are this product's: `[path, share]`. */
export type CorpusFloor = readonly (readonly [path: string, share: number])[];

/**
 * The tests that every format has: each line of `samples/` reads as `golden/` says (UPDATE_GOLDEN=1 rewrites it) into
 * valid OCSF, and each line of the corpora is read and mapped without a throw.
 */
export function describeFormat(format: Format, folder: string, corpora: CorpusFloor): void {
  describe(`${format.name} samples`, () => {
    for (const file of readdirSync(join(folder, 'samples')).toSorted())
      it(`reads ${file} as its golden says, into valid OCSF`, () => {
        const lines = readFileSync(join(folder, 'samples', file), 'utf8')
          .split('\n')
          .filter(Boolean);
        const events = lines.map((line) => {
          const event = format.read(line, readContext);
          if (event?.json !== undefined) expectIn(event.json, event.view);
          return event ? { ...event, json: undefined, toOcsf: undefined, ocsf: event.toOcsf() } : { unparsed: line };
        });
        const plain: unknown = JSON.parse(JSON.stringify(events));
        expect(plain).toEqual(golden(join(folder, 'golden', `${basename(file).replace(/\.\w+$/, '')}.json`), plain));
        if (format.feeds)
          for (const event of events)
            if ('logsources' in event)
              for (const logsource of event.logsources) expect(format.feeds).toContainEqual(logsource);
        const mapped = events.flatMap((event) => ('ocsf' in event ? [event.ocsf] : []));
        for (const event of mapped) expect(ocsfFaults(event), JSON.stringify(event)).toEqual([]);
        report(`${format.name} ${file}`, lines.length, mapped);
      });
  });

  describe(`${format.name} and damaged lines`, () => {
    it(
      'never throws, and what it still reads becomes valid OCSF',
      () => {
        const lines = readdirSync(join(folder, 'samples')).flatMap((file) =>
          readFileSync(join(folder, 'samples', file), 'utf8')
            .split('\n')
            .filter(Boolean),
        );
        fc.assert(
          fc.property(fc.constantFrom(...lines).chain(mutationOf), (line) => {
            const event = format.read(line, readContext);
            format.recognise(line);
            // A record that already calls itself OCSF is passed on as its sender made it.
            if (event && event.view['class_uid'] === undefined) expect(ocsfFaults(event.toOcsf()), line).toEqual([]);
          }),
          { numRuns: fuzzRuns },
        );
      },
      fuzzTimeoutMs,
    );
  });

  if (corpora.length === 0) return;
  describe(`${format.name} corpora`, () => {
    for (const [path, floor] of corpora)
      it.skipIf(!hasCorpus(path))(
        `reads ${path} without a throw, into valid OCSF`,
        () => {
          const lines = corpusLines(path);
          const faults: string[] = [];
          const mapped: Record<string, unknown>[] = [];
          for (const line of lines) {
            const event = format.read(line, readContext)?.toOcsf();
            if (!event) continue;
            mapped.push(event);
            if (faults.length < 5) faults.push(...ocsfFaults(event));
          }
          report(path, lines.length, mapped);
          expect(faults).toEqual([]);
          expect(mapped.length / lines.length).toBeGreaterThanOrEqual(floor);
        },
        600_000,
      );
  });
}

/** The line torn, doubled or with text put in; or as JSON with one value anywhere replaced by any JSON. */
function mutationOf(line: string): fc.Arbitrary<string> {
  const at = fc.nat({ max: line.length });
  const spliced = fc
    .tuple(at, fc.nat({ max: 20 }), fc.oneof(hostileText, fc.string({ unit: 'binary', maxLength: 20 })))
    .map(([from, count, text]) => line.slice(0, from) + text + line.slice(from + count));
  if (!line.startsWith('{')) return spliced;
  return fc.oneof(
    spliced,
    fc.tuple(fc.nat(), fc.oneof(fc.jsonValue(), hostileText)).map(([pick, value]) => replaceLeaf(line, pick, value)),
  );
}

function replaceLeaf(line: string, pick: number, value: unknown): string {
  try {
    let leaves = 0;
    JSON.parse(line, () => void (leaves += 1));
    let seen = 0;
    const chosen = pick % Math.max(leaves, 1);
    return JSON.stringify(JSON.parse(line, (_key, old: unknown) => (seen++ === chosen ? value : old))) ?? '';
  } catch {
    return line;
  }
}

function report(what: string, lines: number, mapped: readonly Record<string, unknown>[]): void {
  const { fields, unmapped } = unmappedShare(mapped);
  const share = fields === 0 ? 0 : (100 * unmapped) / fields;
  console.info(`${what}: ${mapped.length} of ${lines} lines read, ${share.toFixed(1)} % of ${fields} fields unmapped`);
}

/** Every value of the view stands in the JSON text, as the index relies on. */
function expectIn(json: string, view: unknown): void {
  const given = new Set(scalarsOf(JSON.parse(json)));
  expect(scalarsOf(view).filter((value) => !given.has(value))).toEqual([]);
}

function scalarsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [String(value)];
  return Object.values(value).flatMap(scalarsOf);
}
