import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { corpusDir, corpusLines, hasCorpus } from '../../../../test/corpus.ts';
import { readRegex, type Regex } from '../match/regex-test.ts';
import { parseDocuments } from '../parse-documents.ts';
import type { Search } from '../rule.ts';
import { Automaton } from './automaton.ts';
import { readProgram } from './program.ts';

const archive = 'data/sigma/sigma-rules-core.tar.gz';
const logs = ['evtx-attack-samples-a', 'evtx-to-mitre-a', 'mordor-a'].map(
  (name) => `data/logs/windows/${name}.jsonl.gz`,
);

describe.skipIf(!hasCorpus(archive) || !logs.every(hasCorpus))('the expressions of SigmaHQ’s rules', () => {
  test('match the values of recorded events as re2js does, in little memory', { timeout: 120_000 }, () => {
    const expressions = [...new Map(regexesOfRules().map((regex) => [regex.source + regex.flags, regex])).values()];
    const texts = valuesOf(logs.flatMap(corpusLines), 2_000);
    const differing: string[] = [];
    let [matches, bytes] = [0, 0];
    for (const regex of expressions) {
      const read = readRegex(regex);
      const automaton = new Automaton(readProgram(read));
      for (const text of texts) {
        const expected = read.test(text);
        if (expected) matches += 1;
        if (automaton.test(text) !== expected) differing.push(`/${regex.source}/${regex.flags}: ${text}`);
      }
      bytes += automaton.bytes;
    }
    expect(differing.slice(0, 5)).toEqual([]);
    expect(expressions.length).toBeGreaterThan(140);
    expect(matches).toBeGreaterThan(5_000);
    expect(bytes).toBeLessThan(4_000_000);
  });
});

function regexesOfRules(): Regex[] {
  const folder = mkdtempSync(join(tmpdir(), 'sigmahq-regexes-'));
  try {
    execFileSync('tar', ['xzf', join(corpusDir, archive), '-C', folder]);
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.yml'))
      .map((path) => readFileSync(join(folder, path), 'utf8'))
      .filter((text) => text.includes('|re'))
      .flatMap((text) => parseDocuments(text, 'rule.yml'))
      .flatMap(({ read }) => (read?.kind === 'rule' ? [...read.detection.searches.values()].flatMap(regexesOf) : []));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function regexesOf(search: Search): Regex[] {
  if (search.kind !== 'item') return search.searches.flatMap(regexesOf);
  return search.values.flat().flatMap((matcher) => (matcher.kind === 'regex' ? [matcher] : []));
}

/** Different texts of events, evenly chosen. */
function valuesOf(lines: readonly string[], most: number): string[] {
  const texts = new Set<string>();
  const collect = (_key: string, value: unknown): unknown => {
    if (typeof value === 'string' && value.length > 8) texts.add(value);
    return value;
  };
  for (const line of lines) JSON.parse(line, collect);
  const step = Math.ceil(texts.size / most);
  return [...texts].filter((_text, at) => at % step === 0);
}
