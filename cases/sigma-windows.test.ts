import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { windowsEvent } from '../connectors/windows/format.ts';
import { createContent } from '../src/detect/rules/content.ts';
import { readRules } from '../src/detect/rules/read-rules.ts';
import { rehearse } from '../src/detect/rules/rehearse.ts';
import { parseDocuments } from '../src/standards/sigma/index.ts';
import { corpusDir, corpusLines, hasCorpus, readCorpus } from '../test/corpus.ts';

const archive = 'data/sigma/sigma-rules-core.tar.gz';
const context = { receivedAt: 0, timeZone: '', channelTrust: 'authenticated', trustedProxies: [] } as const;

/** The whole of SigmaHQ over real Windows events, read by our own format. */
describe.skipIf(!hasCorpus(archive))('SigmaHQ on Windows events', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sigmahq-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  execFileSync('tar', ['xzf', join(corpusDir, archive), '-C', folder]);
  const folders = ['rules', 'rules-emerging-threats', 'rules-threat-hunting'].map((part) => join(folder, part));
  const content = createContent(await readRules(folders));
  const hitsOf = (line: string) => {
    const read = windowsEvent.read(line, context);
    return read ? content.evaluator.evaluate(read.view, read.logsources) : [];
  };

  test.skipIf(!hasCorpus('data/sigma/regression-a.jsonl.gz'))('every upstream regression test fires', () => {
    const Case = z.object({ rule_id: z.string(), title: z.string(), events: z.array(z.unknown()) });
    const cases = corpusLines('data/sigma/regression-a.jsonl.gz').map((line) => Case.parse(JSON.parse(line)));
    const silent = cases.filter(
      ({ rule_id, events }) =>
        !events.some((event) => hitsOf(JSON.stringify(event)).some(({ header }) => header.id === rule_id)),
    );
    expect(cases).toHaveLength(101);
    expect(silent.map(({ title }) => title)).toEqual([]);
  });

  /** What the reference oracle left out: it had no rules for antivirus, and none without category and service. */
  const isOutside = ({ category, service }: { category?: string; service?: string }) =>
    category === 'antivirus' || (category === undefined && service === undefined);
  const Expected = z.object({ log: z.string(), rules: z.record(z.string(), z.object({ lines: z.array(z.int()) })) });
  const logs =
    'benign-background deepblue-smb-password-guessing evtx-attack-samples-a evtx-to-mitre-a mordor-a throughput-lsass-campaign-slice';

  test.skipIf(!hasCorpus('data/expected')).each(logs.split(' '))('agrees with the reference oracle on %s', (name) => {
    const expected = Expected.parse(JSON.parse(readCorpus(`data/expected/sigma-hits-windows-${name}.json`)));
    const theirs = new Set(
      Object.entries(expected.rules).flatMap(([id, { lines }]) => lines.map((line) => `${id} line ${line}`)),
    );
    const ours = new Set<string>();
    for (const [index, line] of corpusLines(`data/${expected.log}`).entries())
      for (const { header, logsource } of hitsOf(line))
        if (!isOutside(logsource)) ours.add(`${header.id} line ${index + 1}`);
    expect(
      [...theirs].filter((hit) => !ours.has(hit)),
      'missed',
    ).toEqual([]);
    expect(
      [...ours].filter((hit) => !theirs.has(hit)),
      'extra',
    ).toEqual([]);
  });
});

const correlations = 'data/sigma/correlation-rules-windows-logon.yml';
describe.skipIf(!hasCorpus(correlations))('public correlation rules on Windows logons', () => {
  const content = createContent(hasCorpus(correlations) ? parseDocuments(readCorpus(correlations), 'logon.yml') : []);
  const Group = z.object({
    group: z.record(z.string(), z.string()),
    fires: z.boolean(),
    first_crossing_line: z.int().nullable(),
  });
  const Expected = z.object({
    files: z.record(z.string(), z.record(z.string(), z.object({ detail: z.array(Group) }))),
  });
  const { files } = Expected.parse(JSON.parse(readCorpus('data/expected/correlation-windows-logon.json')));

  test.each(Object.keys(files))('agrees with the reference on %s', async (name) => {
    const lines = corpusLines(`data/logs/windows/${name}.jsonl.gz`);
    const { findings } = await rehearse(lines, { content, format: windowsEvent, receivedAt: Date.UTC(2026, 10, 21) });
    const ours = findings.map(({ finding, onLine }) => `${finding.rule_id} ${finding.group_key} line ${onLine}`);
    const theirs = Object.entries(files[name] ?? {}).flatMap(([id, { detail }]) =>
      detail
        .filter(({ fires }) => fires)
        .map(({ group, first_crossing_line }) => {
          const values = Object.entries(group).map(([field, value]) => `${field}=${value}`);
          return `${id} ${values.join(', ')} line ${first_crossing_line}`;
        }),
    );
    expect(ours).toEqual(theirs);
  });
});
