import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { corpusDir, corpusLines, hasCorpus, readCorpus } from '../../../test/corpus.ts';
import { createEvaluator } from './evaluate.ts';
import { linkRules } from './link-rules.ts';
import { createIndex } from './plan/create-index.ts';
import { parseDocuments } from './parse-documents.ts';

const archive = 'data/sigma/sigma-rules-core.tar.gz';
const haveRules = hasCorpus(archive);

describe.skipIf(!haveRules)('SigmaHQ', () => {
  const folder = haveRules ? mkdtempSync(join(tmpdir(), 'sigmahq-')) : '';
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  if (haveRules) execFileSync('tar', ['xzf', join(corpusDir, archive), '-C', folder]);
  const load = (part: string) => readRules(folder, part);
  const started = process.cpuUsage();
  const documents = haveRules ? ['rules', 'rules-emerging-threats', 'rules-threat-hunting'].flatMap(load) : [];
  const set = linkRules(documents);
  const index = createIndex(set.rules, set.filters);
  const oracle = createEvaluator(set.rules, set.filters);
  const loadMs = process.cpuUsage(started).user / 1_000;

  test('all rules load but the two with placeholders that nobody gives', () => {
    const refused = set.documents.filter(({ problems }) => problems.some(({ severity }) => severity === 'error'));
    // CPU time, so that a busy machine does not matter.
    expect(loadMs).toBeLessThan(20_000);
    expect(refused.map(({ problems }) => problems[0]?.error.code)).toEqual([
      'SIGMA.UNRESOLVED_PLACEHOLDER',
      'SIGMA.UNRESOLVED_PLACEHOLDER',
    ]);
    expect(refused.every(({ problems }) => (problems[0]?.error.where?.line ?? 0) > 1)).toBe(true);
    expect(set.rules.length).toBe(3_752);
  });

  test('every rule of the placeholder folder that expands is refused, with the place of the value', () => {
    const read = linkRules(load('rules-placeholder'));
    expect(read.documents.length).toBeGreaterThan(20);
    for (const { problems, file } of read.documents) {
      expect(
        problems.map(({ error }) => error.code),
        file,
      ).toContain('SIGMA.UNRESOLVED_PLACEHOLDER');
    }
  });

  test.skipIf(!hasCorpus('data/expected')).each(['ec2-proxy-s3-exfiltration', 'invictus-a', 'stratus-a'])(
    'agrees with the reference oracle on CloudTrail %s',
    (name) => {
      const expected = JSON.parse(readCorpus(`data/expected/sigma-hits-aws-cloudtrail-${name}.json`));
      const [ours, brute] = [index, oracle].map((evaluator) => {
        const hits: Record<string, number[]> = {};
        for (const [at, line] of corpusLines(`data/${expected.log}`).entries())
          for (const { header } of evaluator.evaluate(JSON.parse(line), [{ product: 'aws', service: 'cloudtrail' }]))
            (hits[header.id] ??= []).push(at + 1);
        return hits;
      });
      expect(differences(ours ?? {}, expected.rules)).toEqual([]);
      expect(ours).toEqual(brute);
    },
  );
});

function readRules(folder: string, part: string) {
  return readdirSync(join(folder, part), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yml'))
    .flatMap((path) => parseDocuments(readFileSync(join(folder, part, path), 'utf8'), join(part, path)));
}

function differences(hits: Record<string, number[]>, expected: Record<string, { lines: number[] }>): string[] {
  const found: string[] = [];
  for (const id of new Set([...Object.keys(hits), ...Object.keys(expected)])) {
    const [ours, theirs] = [hits[id] ?? [], expected[id]?.lines ?? []];
    const extra = ours.filter((line) => !theirs.includes(line));
    const missed = theirs.filter((line) => !ours.includes(line));
    if (extra.length > 0) found.push(`${id} extra ${extra.slice(0, 5).join()}`);
    if (missed.length > 0) found.push(`${id} missed ${missed.slice(0, 5).join()}`);
  }
  return found;
}
