import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { allFormats } from '../../connectors/formats.ts';
import type { ReadEvent } from '../../src/connector/index.ts';
import { formatsOf, lineReader } from '../../src/detect/read-line.ts';
import { wholeEvents } from '../../src/detect/whole-events.ts';
import { corpusLines, hasCorpus } from '../../test/corpus.ts';
import { readContext } from '../../test/hostile.ts';

const Labelled = z.object({ log_type: z.string(), event: z.unknown() });

/** Raw lines of a file, read as the product reads them: by whatever format knows them. */
export function readLines(lines: readonly string[]): { format: string; read: ReadEvent }[] {
  const raw = lines.map((raw_data, at) => ({ uid: String(at), raw_data, received_at: readContext.receivedAt }));
  const read = lineReader(allFormats, 'auto');
  return wholeEvents(raw, formatsOf(allFormats, 'auto')).flatMap(
    (event) => read(event.raw.raw_data, readContext) ?? [],
  );
}

/** Events of the labelled cloud corpus as raw lines, by the kind of log. */
export function labelledLines(...logTypes: readonly string[]): string[] {
  return corpusLines('data/labelled/cloud-saas-rule-tests-a.jsonl.gz')
    .map((line) => Labelled.parse(JSON.parse(line)))
    .filter(({ log_type }) => logTypes.length === 0 || logTypes.includes(log_type))
    .map(({ event }) => JSON.stringify(event));
}

/** Every record that we have: committed samples and the corpora. */
export function everyRecord(): { format: string; read: ReadEvent }[] {
  const connectors = join(import.meta.dirname, '../../connectors');
  const samples = readdirSync(connectors, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\/samples\/[^/]+$/.test(path))
    .flatMap((path) => readLines(readFileSync(join(connectors, path), 'utf8').split('\n').filter(Boolean)));
  const corpora = [
    'cloud/cloudtrail-ec2-proxy-s3-exfiltration.jsonl.gz',
    'cloud/cloudtrail-invictus-a.jsonl.gz',
    'cloud/cloudtrail-stratus-a.jsonl.gz',
    'cloud/m365-entra-audit-a.jsonl.gz',
    'saas/okta-system-log.jsonl',
    'linux/auditd-golibaudit.log',
    'linux/auditd-laurel-a.log',
    'mixed/log4shell-multisource.jsonl.gz',
    'network/zeek-apt29-day1.jsonl.gz',
    'network/zeek-wrccdc2018-a.jsonl.gz',
    'network/suricata-eve-all-types.jsonl.gz',
    'web/apache-access-acunetix-scan.log.gz',
    'windows/evtx-attack-samples-a.jsonl.gz',
    'windows/evtx-to-mitre-a.jsonl.gz',
    'windows/mordor-a.jsonl.gz',
    'windows/benign-background.jsonl.gz',
    'windows/winevent-xml-samples.xml.txt',
  ].map((path) => `data/logs/${path}`);
  const found = corpora.filter((path) => hasCorpus(path)).flatMap((path) => readLines(corpusLines(path)));
  return [...samples, ...found, ...readLines(labelledLines())];
}
