import { isRecord, openView, textOf, valueAt, withText, type JsonRecord, type Put } from '../../src/connector/index.ts';
import { bothSpellings, reader } from './names.ts';
import type { AzureRecord } from './record.ts';

/** Texts that rules search as a whole are cut here. */
const longestText = 16_384;

/** The record as it is, with every name that SigmaHQ's rules use for the same thing beside it. */
export function viewOf(record: AzureRecord): Record<string, unknown> {
  const { original, properties, log } = record;
  const { view, put } = openView(original);
  const of = reader(properties, original);
  const head = reader(original, properties);
  const putBoth = (name: string, value: unknown): void => {
    for (const spelling of bothSpellings(name)) put(spelling, value);
  };
  const operation = textOf(head('operationName', 'operationNameValue', 'activityDisplayName'));
  for (const name of ['operationName', 'operationNameValue']) putBoth(name, operation);
  for (const name of ['category', 'categoryValue']) putBoth(name, head('category', 'categoryValue'));
  const resource = textOf(head('resourceId', '_ResourceId'));
  putBoth('resourceId', resource);
  const provider = /^[^/]{1,128}(?=\/)/.exec(operation ?? '')?.[0];
  putBoth('resourceProviderValue', textOf(of('resourceProvider')) ?? provider);
  // A diagnostic record's own category is the name of its log; rules mean the category of what was done.
  const kinds = [...new Set([textOf(properties['category']), textOf(original['category'])])];
  if (log === 'auditlogs' && properties !== original && kinds.every((kind) => kind !== undefined))
    for (const name of bothSpellings('category')) view[name] = kinds;
  if (log === 'auditlogs') putAudit(record, put, putBoth);
  else if (log === 'signinlogs') putSignIn(record, put, putBoth);
  else if (log !== 'activitylogs') {
    const kind = textOf(original['@odata.type']) ?? textOf(original['alertDefinitionId']);
    put(
      'riskEventType',
      of('riskEventType') ?? kind?.slice(Math.max(kind.lastIndexOf('.'), kind.lastIndexOf('_')) + 1),
    );
  }
  // The rest of `properties`, as Log Analytics has it: columns of their own.
  for (const [name, value] of Object.entries(properties)) if (!isRecord(value)) putBoth(name, value);
  return view;
}

/** A directory's change: who, what, on which targets, which of their properties from what to what. */
function putAudit({ original, properties }: AzureRecord, put: Put, putBoth: Put): void {
  const of = reader(properties, original);
  const activity = textOf(of('activityDisplayName', 'operationName'));
  const targets = records(of('targetResources'));
  const changes = targets.flatMap((target) => records(target['modifiedProperties']));
  put(
    'properties.message',
    [activity, ...changes.map(changeText)].filter((text) => text !== undefined),
  );
  for (const name of ['activityDisplayName', 'activityType', 'operationType']) putBoth(name, of(name) ?? activity);
  putBoth('loggedByService', of('loggedByService'));
  const reason = textOf(of('resultReason', 'resultDescription'));
  const result = textOf(of('result', 'resultType'));
  putBoth(
    'status',
    [capital(result), reason].filter((text) => text !== undefined && text !== ''),
  );
  put('failure_status_reason', reason);
  const initiator = of('initiatedBy');
  for (const name of ['properties.initiatedBy', 'Initiatedby', 'InitiatedBy', 'initiatedBy'])
    put(name, withText(initiator));
  put(
    'Initiatied.By',
    textOf(valueAt(initiator, 'user', 'userPrincipalName')) ?? textOf(valueAt(initiator, 'app', 'displayName')),
  );
  const shown = targets.map(targetOf);
  for (const name of ['TargetResources', 'targetResources', 'properties.targetResources', 'Target'])
    put(name, shown.length > 0 ? [textual(targets), ...shown] : undefined);
  const details = records(of('additionalDetails')).map((detail) => textOf(detail['value']));
  put(
    'additionalDetails.additionalInfo',
    [...details, reason].filter((text) => text !== undefined),
  );
  for (const change of changes) {
    const name = textOf(change['displayName']);
    if (name !== undefined) put(name, plainValue(change['newValue']));
  }
}

/** How Entra's own pages call a protocol. */
const protocolNames: ReadonlyMap<string, string> = new Map([
  ['deviceCode', 'Device Code'],
  ['ropc', 'ROPC'],
]);

function putSignIn({ original, properties }: AzureRecord, put: Put, putBoth: Put): void {
  const of = reader(properties, original);
  const status = of('status');
  const code = textOf(valueAt(status, 'errorCode')) ?? textOf(of('resultType'));
  const isCode = code !== undefined && /^\d{1,9}$/.test(code);
  const details = [textOf(valueAt(status, 'additionalDetails')), textOf(valueAt(status, 'failureReason'))];
  const result = isCode ? (code === '0' ? 'Success' : 'Failure') : capital(code);
  // Where the head says only "Failure", the code is the more telling of the two.
  const codes = [...new Set([code, textOf(original['resultType'])])].filter((text) => text !== undefined);
  for (const name of bothSpellings('resultType')) if (codes.length > 0) put(`${name}`, codes);
  const reason = textOf(of('resultDescription')) ?? details[1];
  for (const name of ['ResultDescription', 'resultDescription', 'Resultdescription'])
    put(
      name,
      [reason, result].filter((text) => text !== undefined),
    );
  putBoth(
    'status',
    [result, ...details].filter((text) => text !== undefined && text !== ''),
  );
  const device = of('deviceDetail');
  if (isRecord(device)) putBoth('deviceDetail', { ...device, trusttype: device['trustType'] });
  const networks = of('networkLocationDetails');
  putBoth('networkLocationDetails', networks === undefined ? undefined : textual(networks));
  put('ClientApp', of('clientAppUsed'));
  put('Username', of('userPrincipalName'));
  put('ActivityDetails', 'Sign-ins');
  put('callerIpAddress', of('callerIpAddress', 'ipAddress'));
  const protocol = textOf(of('authenticationProtocol'));
  put('properties.message', protocol === undefined ? undefined : [protocolNames.get(protocol) ?? protocol, protocol]);
  const location = of('location');
  if (isRecord(location))
    put(
      'location',
      Object.values(location).filter((part) => typeof part === 'string'),
    );
  else put('location', location);
}

/** The records of a list, which Log Analytics may keep as text. */
function records(value: unknown): readonly JsonRecord[] {
  if (Array.isArray(value)) return value.slice(0, 256).filter(isRecord);
  if (typeof value !== 'string' || !value.startsWith('[')) return [];
  try {
    const list: unknown = JSON.parse(value.slice(0, 262_144));
    return Array.isArray(list) ? list.slice(0, 256).filter(isRecord) : [];
  } catch {
    return [];
  }
}

/** A target under SigmaHQ's spellings: its changes also with a capital, its type also in words. */
function targetOf(target: JsonRecord): JsonRecord {
  const changes = records(target['modifiedProperties']);
  const type = textOf(target['type']);
  return {
    ...target,
    ...(type === undefined ? {} : { type: [...new Set([type, type.replaceAll(/([a-z])(?=[A-Z])/g, '$1 ')])] }),
    modifiedProperties: withText(changes),
    ModifiedProperties: changes.map(({ displayName, oldValue, newValue }) => ({
      DisplayName: displayName,
      OldValue: oldValue,
      NewValue: newValue,
    })),
  };
}

/** A change as Entra's own export writes it. */
function changeText({ displayName, oldValue, newValue }: JsonRecord): string {
  return JSON.stringify({ displayName, oldValue, newValue }).slice(1, -1).slice(0, longestText);
}

/** A new value stands in quotes of its own: `"\"False\""`. */
function plainValue(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/^"(.*)"$/s, '$1') : value;
}

const capital = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
const textual = (value: unknown): string =>
  (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, longestText);
