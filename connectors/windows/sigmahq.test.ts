import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  createEvaluator,
  createIndex,
  linkRules,
  parseDocuments,
  type Evaluator,
} from '../../src/standards/sigma/index.ts';
import { corpusDir, corpusLines, hasCorpus, readCorpus } from '../../test/corpus.ts';
import { readContext } from '../../test/hostile.ts';
import { windowsEvent } from './format.ts';

const archive = 'data/sigma/sigma-rules-core.tar.gz';
const Expected = z.object({ log: z.string(), rules: z.record(z.string(), z.object({ lines: z.array(z.int()) })) });
const Regression = z.object({ rule_id: z.string(), title: z.string(), events: z.array(z.unknown()) });

/** The ids of SigmaHQ's rules that fire on the line, routed by our own table. */
function hitsOf(evaluator: Evaluator, line: string): string[] {
  const event = windowsEvent.read(line, readContext);
  if (!event) return [];
  return evaluator.evaluate(event.view, event.logsources).flatMap(({ header, logsource }) => {
    // The reference oracle runs neither rules without category and service nor antivirus rules on Defender's events.
    const isJudged = (logsource.category ?? logsource.service) !== undefined && logsource.category !== 'antivirus';
    return isJudged && header.id !== undefined ? [header.id] : [];
  });
}

describe.skipIf(!hasCorpus(archive) || !hasCorpus('data/expected'))('our Windows view under SigmaHQ’s rules', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sigmahq-windows-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let index: Evaluator;
  let oracle: Evaluator;
  beforeAll(() => {
    execFileSync('tar', ['xzf', join(corpusDir, archive), '-C', folder]);
    const documents = ['rules', 'rules-emerging-threats', 'rules-threat-hunting'].flatMap((part) =>
      readdirSync(join(folder, part), { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.yml'))
        .flatMap((path) => parseDocuments(readFileSync(join(folder, part, path), 'utf8'), join(part, path))),
    );
    const set = linkRules(documents);
    index = createIndex(set.rules, set.filters);
    oracle = createEvaluator(set.rules, set.filters);
  }, 600_000);

  it.each([
    'benign-background',
    'deepblue-smb-password-guessing',
    'evtx-attack-samples-a',
    'evtx-to-mitre-a',
    'mordor-a',
    'throughput-lsass-campaign-slice',
  ])(
    'fires on %s exactly where the reference oracle does',
    (name) => {
      const expected = Expected.parse(JSON.parse(readCorpus(`data/expected/sigma-hits-windows-${name}.json`)));
      const lines = corpusLines(expected.log.startsWith('data/') ? expected.log : `data/${expected.log}`);
      const ours = lines.flatMap((line, at) => hitsOf(index, line).map((id) => `${id} ${at + 1}`));
      expect(ours).toEqual(lines.flatMap((line, at) => hitsOf(oracle, line).map((id) => `${id} ${at + 1}`)));
      const theirs = Object.entries(expected.rules).flatMap(([id, rule]) => rule.lines.map((line) => `${id} ${line}`));
      const [mine, other] = [new Set(ours), new Set(theirs)];
      expect({
        extra: ours.filter((hit) => !other.has(hit)).slice(0, 10),
        missed: theirs.filter((hit) => !mine.has(hit)).slice(0, 10),
      }).toEqual({ extra: [], missed: [] });
      expect(theirs.length).toBeGreaterThan(0);
    },
    600_000,
  );

  it.skipIf(!hasCorpus('data/sigma/regression-a.jsonl.gz'))(
    'fires on every upstream regression test',
    () => {
      const cases = corpusLines('data/sigma/regression-a.jsonl.gz').map((line) => Regression.parse(JSON.parse(line)));
      const silent = cases.filter(
        (test) => !test.events.some((event) => hitsOf(index, JSON.stringify(event)).includes(test.rule_id)),
      );
      expect(silent.map(({ title }) => title)).toEqual([]);
      expect(cases).toHaveLength(101);
    },
    600_000,
  );
});
