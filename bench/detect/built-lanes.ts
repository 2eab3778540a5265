import { allFormats } from '../../connectors/formats.ts';
import type { Format, ReadEvent } from '../../src/connector/index.ts';
import { corpusLines } from '../../test/corpus.ts';
import type { LaneEvent } from './lane.ts';
import { otherIds } from './other-ids.ts';

/** Of what a lane is made: files of the data folder, and the formats that read them. Lines that none reads are left out. */
const built: Readonly<Record<string, { formats: readonly string[]; files: readonly string[] }>> = {
  linux: {
    formats: ['linux-sysmon', 'auditd', 'sshd'],
    files: [
      'data/logs/linux/auditd-golibaudit.log',
      'data/logs/linux/auditd-laurel-a.log',
      'data/logs/linux/loghub-openssh.log',
      'data/logs/mixed/log4shell-multisource.jsonl.gz',
      'data/labelled/crowdsec-scenario-tests-a.jsonl.gz',
    ],
  },
  cloud: {
    formats: ['aws-cloudtrail', 'm365-audit', 'azure', 'okta', 'gcp-audit', 'kubernetes-audit', 'github-audit'],
    files: [
      'data/logs/cloud/cloudtrail-ec2-proxy-s3-exfiltration.jsonl.gz',
      'data/logs/cloud/cloudtrail-invictus-a.jsonl.gz',
      'data/logs/cloud/cloudtrail-stratus-a.jsonl.gz',
      'data/logs/cloud/m365-entra-audit-a.jsonl.gz',
      'data/logs/saas/okta-system-log.jsonl',
      'data/labelled/cloud-saas-rule-tests-a.jsonl.gz',
    ],
  },
};

export const isBuilt = (lane: string): boolean => Object.hasOwn(built, lane);

/** No lane is longer. */
const mostEvents = 20_000;
/** sshd alone is more than all the rest of Linux: one of so many of its lines is in the lane. */
const everySsh = 20;

/**
 * A lane of what the product's formats make of the files: the line of an event is the JSON of the view that rules read.
 * Too few for a lane, they are repeated, with other ids, names with numbers and addresses in each copy.
 */
export function buildLane(lane: string, most: number): LaneEvent[] {
  const { formats: names = [], files = [] } = built[lane] ?? {};
  const formats = names.flatMap((name) => allFormats.get(name) ?? []);
  const texts = files.flatMap((file) => wholeTexts(corpusLines(file), formats));
  const events: LaneEvent[] = [];
  const wanted = Math.min(most, mostEvents);
  for (let copy = 0; events.length < wanted; copy += 1) {
    const before = events.length;
    for (const text of texts) {
      const read = readBy(formats, otherIds(text, copy));
      if (read) events.push(eventOf(read));
      if (events.length === wanted) break;
    }
    if (events.length === before) throw new Error(`No format reads the files of the lane "${lane}".`);
  }
  return events;
}

/** Lines of one event joined, lines of many cut up, and what a labelled set wraps unwrapped. */
function wholeTexts(lines: readonly string[], formats: readonly Format[]): string[] {
  const whole = new Map<string, string>();
  let ssh = 0;
  for (const [at, wrapped] of lines.entries())
    for (const line of unwrapped(wrapped)) {
      if (line.includes('sshd[') && (ssh += 1) % everySsh !== 0) continue;
      const key = formats.map((format) => format.eventKey?.(line)).find((one) => one !== undefined);
      const parts = formats.map((format) => format.split?.(line)).find((one) => one !== undefined);
      if (key !== undefined) whole.set(key, whole.has(key) ? `${whole.get(key)}\n${line}` : line);
      else for (const [index, part] of (parts ?? [line]).entries()) whole.set(`${at} ${whole.size} ${index}`, part);
    }
  return [...whole.values()];
}

function unwrapped(line: string): string[] {
  if (!line.startsWith('{')) return [line];
  const found: Record<string, unknown> = JSON.parse(line);
  if ('expected_alerts' in found) return String(found['log']).split('\n');
  return [found['expected'] !== undefined && found['event'] !== undefined ? JSON.stringify(found['event']) : line];
}

const context = {
  receivedAt: 1_767_225_600_000,
  timeZone: '',
  channelTrust: 'authenticated',
  trustedProxies: [],
} as const;

function readBy(formats: readonly Format[], text: string): ReadEvent | undefined {
  const ranked = formats
    .map((format) => ({ format, certainty: format.recognise(text) }))
    .filter(({ certainty }) => certainty > 0)
    .sort((one, two) => two.certainty - one.certainty);
  for (const { format } of ranked) {
    const read = format.read(text, context);
    if (read) return read;
  }
  return undefined;
}

function eventOf({ view, logsources, json }: ReadEvent): LaneEvent {
  return { line: Buffer.from(JSON.stringify(view)), logsources: () => logsources, isWhole: json !== undefined };
}
