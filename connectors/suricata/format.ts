import { isRecord, isTrustedProxy, readJsonRecord, recordTime, textOf } from '../../src/connector/index.ts';
import type { Format, ReadContext } from '../../src/connector/index.ts';
import type { Subject } from '../../src/schema/subject.ts';
import { baseEventOf } from './map/base-event.ts';
import { detectionFindingOf } from './map/detection-finding.ts';
import { dnsActivityOf } from './map/dns-activity.ts';
import { httpActivityOf } from './map/http-activity.ts';
import { networkActivityOf } from './map/network-activity.ts';
import { addressTrust, sidesOf } from './sides.ts';
import { feeds, logsourcesOf, viewOf } from './view.ts';

type Eve = Readonly<Record<string, unknown>>;

/** Every EVE record has these two; other JSON logs do not have both. */
function readEve(line: string): { eve: Eve; eventType: string } | undefined {
  const eve = readJsonRecord(line);
  const eventType = eve?.['event_type'];
  if (!eve || typeof eventType !== 'string' || typeof eve['timestamp'] !== 'string') return undefined;
  return /^[a-z0-9_]{1,32}$/.test(eventType) ? { eve, eventType } : undefined;
}

function subjectsOf(eve: Eve, context: ReadContext): Subject[] {
  const subjects: Subject[] = [];
  const add = (subject: Omit<Subject, 'channel_trust'>): void => {
    subjects.push({ ...subject, channel_trust: context.channelTrust });
  };
  const trust = addressTrust(eve);
  for (const side of sidesOf(eve)) {
    const role = isTrustedProxy(side.ip, context) ? 'intermediary' : side.role;
    add({ type: 'ip', value: side.ip, role, field: side.field, field_trust: trust });
  }
  const name = (field: string, value: unknown): void => {
    if (typeof value === 'string' && value !== '')
      add({ type: 'domain', value: value.slice(0, 255).toLowerCase(), role: 'target', field, field_trust: 'free' });
  };
  if (isRecord(eve['tls'])) name('tls.sni', eve['tls']['sni']);
  if (isRecord(eve['http'])) name('http.hostname', eve['http']['hostname']);
  return subjects;
}

function toOcsf(eventType: string, view: Eve, time: number, line: string): Record<string, unknown> {
  if (eventType === 'alert') return detectionFindingOf(view, time, line);
  const hasAddress = textOf(view['src_ip']) !== undefined || textOf(view['dest_ip']) !== undefined;
  if (!hasAddress) return baseEventOf(view, time, line);
  if (eventType === 'dns') return dnsActivityOf(view, time, line);
  if (eventType === 'http' && isRecord(view['http'])) return httpActivityOf(view, time, line);
  return networkActivityOf(view, time, line);
}

/** Suricata's EVE JSON, all event types of 7.x and 8.x. */
export const suricataEve: Format = {
  name: 'suricata-eve',
  title: 'Suricata EVE JSON',
  feeds,
  recognise(line) {
    const read = line.startsWith('{') ? readEve(line) : undefined;
    if (!read) return 0;
    const { eve, eventType } = read;
    return isRecord(eve[eventType]) || 'flow_id' in eve || 'pcap_cnt' in eve ? 2 : 1;
  },
  read(line, context) {
    const read = readEve(line);
    if (!read) return undefined;
    const { eve, eventType } = read;
    const time = recordTime(eve['timestamp'], context);
    const view = viewOf(eve);
    return {
      ...(time === undefined ? {} : { time }),
      logsources: logsourcesOf(eventType),
      view,
      subjects: subjectsOf(eve, context),
      toOcsf: () => toOcsf(eventType, eve, time ?? context.receivedAt, line),
    };
  },
};
