import {
  isRecord,
  readJsonRecord,
  recordFormat,
  recordTime,
  textOf,
  valueAt,
  type JsonRecord,
} from '../../src/connector/index.ts';
import { baseEventOf } from './map/base-event.ts';
import { detectionFindingOf } from './map/detection-finding.ts';
import { dnsActivityOf } from './map/dns-activity.ts';
import { httpActivityOf } from './map/http-activity.ts';
import { networkActivityOf } from './map/network-activity.ts';
import { addressTrust, sidesOf } from './sides.ts';
import { feeds, logsourcesOf, viewOf } from './view.ts';

interface Eve {
  eve: JsonRecord;
  eventType: string;
}

/** Every EVE record has these two; other JSON logs do not have both. */
function readEve(line: string): Eve | undefined {
  const eve = readJsonRecord(line);
  const eventType = eve?.['event_type'];
  if (!eve || typeof eventType !== 'string' || typeof eve['timestamp'] !== 'string') return undefined;
  return /^[a-z0-9_]{1,32}$/.test(eventType) ? { eve, eventType } : undefined;
}

function toOcsf(eventType: string, view: JsonRecord, time: number, line: string): Record<string, unknown> {
  if (eventType === 'alert') return detectionFindingOf(view, time, line);
  const hasAddress = textOf(view['src_ip']) !== undefined || textOf(view['dest_ip']) !== undefined;
  if (!hasAddress) return baseEventOf(view, time, line);
  if (eventType === 'dns') return dnsActivityOf(view, time, line);
  if (eventType === 'http' && isRecord(view['http'])) return httpActivityOf(view, time, line);
  return networkActivityOf(view, time, line);
}

/** Suricata's EVE JSON, all event types of 7.x and 8.x. */
export const suricataEve = recordFormat<Eve>({
  name: 'suricata-eve',
  title: 'Suricata EVE JSON',
  feeds,
  record: readEve,
  isSure: ({ eve, eventType }) => isRecord(eve[eventType]) || 'flow_id' in eve || 'pcap_cnt' in eve,
  time: ({ eve }, context) => recordTime(eve['timestamp'], context),
  logsources: ({ eventType }) => logsourcesOf(eventType),
  view: ({ eve }) => viewOf(eve),
  subjects(list, { eve }) {
    const trust = addressTrust(eve);
    for (const { ip, role, field } of sidesOf(eve)) list.add('ip', ip, role, field, trust);
    const domain = (...path: readonly [string, string]): void => {
      const name = valueAt(eve, ...path);
      if (typeof name === 'string') list.add('domain', name.toLowerCase(), 'target', path.join('.'), 'free');
    };
    domain('tls', 'sni');
    domain('http', 'hostname');
  },
  toOcsf: ({ eve, eventType }, time, line) => toOcsf(eventType, eve, time, line),
});
