import { isRecord, readJsonRecord, textOf, type JsonRecord } from '../../src/connector/index.ts';

/** Which of Azure's and Entra's logs a record belongs to, as SigmaHQ names them. */
export const logs = ['activitylogs', 'auditlogs', 'signinlogs', 'riskdetection', 'pim'] as const;
export type Log = (typeof logs)[number];

/** A record in one shape: what stands in `properties` of a diagnostic record stands beside the rest. */
export interface AzureRecord {
  log: Log;
  /** As it came. */
  original: JsonRecord;
  /** `properties`, or the record itself where it has none (Graph, Log Analytics). */
  properties: JsonRecord;
}

const categories: Readonly<Record<string, Log>> = {
  auditlogs: 'auditlogs',
  signinlogs: 'signinlogs',
  noninteractiveusersigninlogs: 'signinlogs',
  serviceprincipalsigninlogs: 'signinlogs',
  managedidentitysigninlogs: 'signinlogs',
  adfssigninlogs: 'signinlogs',
  userriskevents: 'riskdetection',
  serviceprincipalriskevents: 'riskdetection',
  aaduserriskevents: 'riskdetection',
  azureactivity: 'activitylogs',
};

/** One event of Azure or Entra: by diagnostic settings, Log Analytics' tables, or the Graph API. */
export function readAzureRecord(line: string): AzureRecord | undefined {
  const original = readJsonRecord(line);
  if (!original) return undefined;
  const inner = propertiesOf(original);
  const log = logOf(original, inner);
  return log === undefined ? undefined : { log, original, properties: inner };
}

/** Log Analytics keeps `Properties` as text. */
function propertiesOf(original: JsonRecord): JsonRecord {
  const properties = original['properties'] ?? original['Properties'];
  if (isRecord(properties)) return properties;
  const read = typeof properties === 'string' ? readJsonRecord(properties) : undefined;
  return read ?? original;
}

function logOf(original: JsonRecord, inner: JsonRecord): Log | undefined {
  const kind = textOf(original['@odata.type']) ?? '';
  if (/Alert(?:Incident|Configuration)$/.test(kind) || textOf(original['alertDefinitionId'])?.includes('Alert'))
    return 'pim';
  const risk = textOf(inner['riskEventType']) ?? textOf(original['riskEventType']) ?? textOf(original['RiskEventType']);
  if (risk !== undefined) return /Alert(?:Incident|Configuration)$/.test(risk) ? 'pim' : 'riskdetection';
  const operation = textOf(original['operationName']) ?? textOf(original['OperationName']);
  const isOurs = ['time', 'TimeGenerated', 'createdDateTime', 'activityDateTime'].some((name) => name in original);
  if (!isOurs) return undefined;
  for (const name of ['category', 'Category', 'Type']) {
    const category = (textOf(original[name]) ?? '').toLowerCase();
    if (Object.hasOwn(categories, category)) return categories[category];
  }
  if ('createdDateTime' in original && ('appDisplayName' in original || 'conditionalAccessStatus' in original))
    return 'signinlogs';
  if ('activityDisplayName' in original || 'activityDisplayName' in inner || 'loggedByService' in inner)
    return 'auditlogs';
  const resource = textOf(original['resourceId']) ?? textOf(original['ResourceId']) ?? textOf(original['_ResourceId']);
  if ('OperationNameValue' in original) return 'activitylogs';
  if (resource === undefined || operation === undefined) return undefined;
  return /\/providers\/microsoft\.aadiam/i.test(resource) ? 'auditlogs' : 'activitylogs';
}
