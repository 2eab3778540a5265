import {
  isRecord,
  readJsonRecord,
  recordFormat,
  recordTime,
  valueAt,
  type JsonRecord,
} from '../../src/connector/index.ts';
import { toOcsf } from './map.ts';

/** Names that some exports write in lower case. */
const spellings: Readonly<Record<string, string>> = {
  eventtype: 'eventType',
  displaymessage: 'displayMessage',
  legacyeventtype: 'legacyEventType',
  debugcontext: 'debugContext',
  securitycontext: 'securityContext',
  authenticationcontext: 'authenticationContext',
};

/** The record under the names of the System Log API; with them what an export in lower case called them. */
function readSystemLog(line: string): JsonRecord | undefined {
  const found = readJsonRecord(line);
  if (!found) return undefined;
  const record: Record<string, unknown> = { ...found };
  for (const [low, name] of Object.entries(spellings))
    if (Object.hasOwn(found, low) && !Object.hasOwn(found, name)) record[name] = found[low];
  const { eventType, actor, outcome, displayMessage } = record;
  if (typeof eventType !== 'string' || !/^[a-z0-9_]+(?:\.[a-z0-9_]+)+$/.test(eventType.slice(0, 128))) return undefined;
  return isRecord(actor) || isRecord(outcome) || typeof displayMessage === 'string' ? record : undefined;
}

const isSuccess = (record: JsonRecord): boolean => valueAt(record, 'outcome', 'result') === 'SUCCESS';
const isLogon = (record: JsonRecord): boolean =>
  /^user\.(?:session\.start|authentication\.)/.test(String(record['eventType']));

/** Okta's System Log, one event a line. */
export const okta = recordFormat<JsonRecord>({
  name: 'okta',
  title: 'Okta System Log',
  feeds: [{ product: 'okta', service: 'okta' }],
  record: readSystemLog,
  isSure: ({ published, actor }) => published !== undefined && actor !== undefined,
  time: ({ published }, context) => recordTime(published, context),
  view: (record) => record,
  // Okta's client address is its own word. The account of a logon that failed is whatever somebody typed.
  subjects(list, record) {
    list.add('ip', valueAt(record, 'client', 'ipAddress'), 'actor', 'client.ipAddress', 'structured');
    const actor = valueAt(record, 'actor', 'alternateId');
    const role = isLogon(record) ? 'target' : 'actor';
    const trust = isLogon(record) && !isSuccess(record) ? 'free' : 'structured';
    if (actor !== 'system@okta.com' && actor !== 'unknown') list.add('user', actor, role, 'actor.alternateId', trust);
    const targets: unknown = record['target'];
    for (const target of Array.isArray(targets) ? targets.slice(0, 16) : [])
      if (valueAt(target, 'type') === 'User')
        list.add('user', valueAt(target, 'alternateId'), 'target', 'target.alternateId', 'structured');
  },
  logon: (record) =>
    record['eventType'] === 'user.session.start' && isSuccess(record)
      ? { address: valueAt(record, 'client', 'ipAddress'), user: valueAt(record, 'actor', 'alternateId') }
      : undefined,
  toOcsf: (record, time, line) => toOcsf(record, isLogon(record), time, line),
});
