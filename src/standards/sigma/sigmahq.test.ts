import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { corpusDir, corpusLines, hasCorpus, readCorpus } from '../../../test/corpus.ts';
import { createEvaluator } from './evaluate.ts';
import { linkRules } from './link-rules.ts';
import { parseDocuments } from './parse-documents.ts';
import { isRecord } from './read-yaml.ts';
import type { Logsource } from './rule.ts';

const archive = 'data/sigma/sigma-rules-core.tar.gz';
const haveRules = hasCorpus(archive);

describe.skipIf(!haveRules)('SigmaHQ', () => {
  const folder = haveRules ? mkdtempSync(join(tmpdir(), 'sigmahq-')) : '';
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  if (haveRules) execFileSync('tar', ['xzf', join(corpusDir, archive), '-C', folder]);
  const load = (part: string) => readRules(folder, part);
  const started = performance.now();
  const documents = haveRules ? ['rules', 'rules-emerging-threats', 'rules-threat-hunting'].flatMap(load) : [];
  const set = linkRules(documents);
  const evaluator = createEvaluator(set.rules, set.filters);
  const loadMs = performance.now() - started;
  const routes = haveRules ? readRoutes(readFileSync(join(folder, 'tests/thor.yml'), 'utf8')) : () => [];

  test('all rules load but the two with placeholders that nobody gives', () => {
    const refused = set.documents.filter(({ problems }) => problems.some(({ severity }) => severity === 'error'));
    expect(loadMs).toBeLessThan(30_000);
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

  test.skipIf(!hasCorpus('data/sigma/regression-a.jsonl.gz'))('all upstream regression tests fire', () => {
    const cases = corpusLines('data/sigma/regression-a.jsonl.gz').map((line) => JSON.parse(line));
    const silent = cases.filter(
      ({ rule_id, events }) =>
        !events.some((event: unknown) => {
          const view = windowsView(event);
          return evaluator.evaluate(view, routes(view)).some(({ header }) => header.id === rule_id);
        }),
    );
    expect(cases).toHaveLength(101);
    expect(silent.map(({ title }) => title)).toEqual([]);
  });

  const windows = [
    'benign-background',
    'deepblue-smb-password-guessing',
    'evtx-attack-samples-a',
    'evtx-to-mitre-a',
    'mordor-a',
    'throughput-lsass-campaign-slice',
  ];
  test.skipIf(!hasCorpus('data/expected')).each(windows)('agrees with the reference oracle on %s', (name) => {
    const expected = JSON.parse(readCorpus(`data/expected/sigma-hits-windows-${name}.json`));
    const hits: Record<string, number[]> = {};
    const lines = corpusLines(expected.log.startsWith('data/') ? expected.log : `data/${expected.log}`);
    for (const [index, line] of lines.entries()) {
      const view = windowsView(JSON.parse(line));
      for (const { header, logsource } of evaluator.evaluate(view, routes(view)))
        if (logsource.category ?? logsource.service) (hits[header.id] ??= []).push(index + 1);
    }
    expect(differences(hits, expected.rules)).toEqual([]);
  });

  test.skipIf(!hasCorpus('data/expected')).each(['ec2-proxy-s3-exfiltration', 'invictus-a', 'stratus-a'])(
    'agrees with the reference oracle on CloudTrail %s',
    (name) => {
      const expected = JSON.parse(readCorpus(`data/expected/sigma-hits-aws-cloudtrail-${name}.json`));
      const hits: Record<string, number[]> = {};
      for (const [index, line] of corpusLines(`data/${expected.log}`).entries())
        for (const { header } of evaluator.evaluate(JSON.parse(line), [{ product: 'aws', service: 'cloudtrail' }]))
          (hits[header.id] ??= []).push(index + 1);
      expect(differences(hits, expected.rules)).toEqual([]);
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

/** The three shapes of Windows events as the corpus has them, under the names SigmaHQ uses. */
function windowsView(event: unknown): Record<string, unknown> {
  if (!isRecord(event)) return {};
  const inner = event['Event'];
  if (!isRecord(inner)) return withoutSpaces({ Provider_Name: event['SourceName'], ...event });
  const view: Record<string, unknown> = {};
  const system = isRecord(inner['System']) ? inner['System'] : {};
  for (const [name, value] of Object.entries(system)) {
    if (!isRecord(value)) view[name] = value;
    else {
      if (Object.hasOwn(value, '#text')) view[name] = value['#text'];
      for (const [attribute, of] of Object.entries(isRecord(value['#attributes']) ? value['#attributes'] : {}))
        view[`${name}_${attribute}`] = of;
    }
  }
  for (const section of ['EventData', 'UserData']) addLeaves(inner[section], view);
  return withoutSpaces(view);
}

function addLeaves(value: unknown, view: Record<string, unknown>): void {
  if (!isRecord(value)) return;
  for (const [name, inner] of Object.entries(value)) {
    if (name === '#attributes') continue;
    if (isRecord(inner)) {
      if (Object.hasOwn(inner, '#text')) view[name] ??= inner['#text'];
      else addLeaves(inner, view);
    } else if (!Object.hasOwn(view, name)) view[name] = inner;
  }
}

function withoutSpaces(view: Record<string, unknown>): Record<string, unknown> {
  const named = Object.entries(view).filter(([name]) => name.includes(' '));
  return { ...view, ...Object.fromEntries(named.map(([name, value]) => [name.replaceAll(' ', ''), value])) };
}

/** Channel and EventID to logsources, as tests/thor.yml of SigmaHQ says. Field mappings are added to the view. */
function readRoutes(text: string): (view: Record<string, unknown>) => Logsource[] {
  const { logsources } = parse(text) as {
    logsources: Record<
      string,
      {
        product?: string;
        category?: string;
        service?: string;
        sources?: string[];
        conditions?: Record<string, unknown>;
        rewrite?: Logsource;
        fieldmappings?: Record<string, string>;
      }
    >;
  };
  const entries = Object.values(logsources);
  const channels = new Map<string, string>();
  for (const { service, sources } of entries)
    for (const source of sources ?? [])
      if (service && source.startsWith('WinEventLog:'))
        channels.set(source.slice('WinEventLog:'.length).toLowerCase(), service);
  return (view) => {
    const service = channels.get(String(view['Channel']).toLowerCase());
    const found: Logsource[] = service ? [{ product: 'windows', service }] : [];
    for (const { category, conditions, rewrite, fieldmappings } of entries) {
      // The reference oracle does not run antivirus rules on Defender events; thor.yml would.
      if (!category || !rewrite || rewrite.service !== service || category === 'antivirus') continue;
      const fits = Object.entries(conditions ?? {}).every(([field, wanted]) =>
        (Array.isArray(wanted) ? wanted : [wanted]).some((one) => String(one) === String(view[field])),
      );
      if (!fits) continue;
      found.push({ product: 'windows', category });
      for (const [field, from] of Object.entries(fieldmappings ?? {}))
        if (!Object.hasOwn(view, field) && Object.hasOwn(view, from)) view[field] = view[from];
    }
    return found;
  };
}
