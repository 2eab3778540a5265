import {
  addressOf,
  isRecord,
  isTrustedProxy,
  readJsonRecord,
  recordTime,
  subjectList,
} from '../../src/connector/index.ts';
import type { Format, Logsource, ReadContext, ReadEvent } from '../../src/connector/index.ts';
import type { Subject } from '../../src/schema/subject.ts';
import { toOcsf } from './map.ts';

type Json = Readonly<Record<string, unknown>>;

const logsources: readonly Logsource[] = [{ product: 'okta', service: 'okta' }];

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
function readSystemLog(line: string): Json | undefined {
  const found = readJsonRecord(line);
  if (!found) return undefined;
  const record: Record<string, unknown> = { ...found };
  for (const [low, name] of Object.entries(spellings))
    if (Object.hasOwn(found, low) && !Object.hasOwn(found, name)) record[name] = found[low];
  const { eventType, actor, outcome, displayMessage } = record;
  if (typeof eventType !== 'string' || !/^[a-z0-9_]+(?:\.[a-z0-9_]+)+$/.test(eventType.slice(0, 128))) return undefined;
  return isRecord(actor) || isRecord(outcome) || typeof displayMessage === 'string' ? record : undefined;
}

const part = (of: unknown, name: string): unknown => (isRecord(of) ? of[name] : undefined);
const isSuccess = (record: Json): boolean => part(record['outcome'], 'result') === 'SUCCESS';
const isLogon = (record: Json): boolean =>
  /^user\.(?:session\.start|authentication\.)/.test(String(record['eventType']));

/** Okta's client address is its own word. The account of a logon that failed is whatever somebody typed. */
function subjectsOf(record: Json, context: ReadContext): readonly Subject[] {
  const list = subjectList(context);
  list.add('ip', part(record['client'], 'ipAddress'), 'actor', 'client.ipAddress', 'structured');
  const actor = part(record['actor'], 'alternateId');
  if (actor !== 'system@okta.com' && actor !== 'unknown')
    list.add(
      'user',
      actor,
      isLogon(record) ? 'target' : 'actor',
      'actor.alternateId',
      isLogon(record) && !isSuccess(record) ? 'free' : 'structured',
    );
  const targets: unknown = record['target'];
  for (const target of Array.isArray(targets) ? targets.slice(0, 16) : [])
    if (part(target, 'type') === 'User')
      list.add('user', part(target, 'alternateId'), 'target', 'target.alternateId', 'structured');
  return list.subjects;
}

function logonOf(record: Json, context: ReadContext): ReadEvent['logon'] {
  const address = addressOf(part(record['client'], 'ipAddress'));
  const user = part(record['actor'], 'alternateId');
  if (record['eventType'] !== 'user.session.start' || !isSuccess(record)) return undefined;
  if (address === undefined || typeof user !== 'string' || user === '' || isTrustedProxy(address, context))
    return undefined;
  return { address, user };
}

/** Okta's System Log, one event a line. */
export const okta: Format = {
  name: 'okta',
  title: 'Okta System Log',
  feeds: logsources,
  recognise(line) {
    const record = line.trimStart().startsWith('{') ? readSystemLog(line) : undefined;
    return record === undefined ? 0 : record['published'] !== undefined && record['actor'] !== undefined ? 2 : 1;
  },
  read(line, context) {
    const record = readSystemLog(line);
    if (!record) return undefined;
    const time = recordTime(record['published'], context);
    const logon = logonOf(record, context);
    return {
      ...(time === undefined ? {} : { time }),
      logsources,
      view: record,
      subjects: subjectsOf(record, context),
      ...(logon === undefined ? {} : { logon }),
      toOcsf: () => toOcsf(record, isLogon(record), time ?? context.receivedAt, line),
    };
  },
};
