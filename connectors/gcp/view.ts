import { isRecord, openView, textOf, valueAt, type JsonRecord, type Put } from '../../src/connector/index.ts';

const recordsAt = (of: unknown, ...path: string[]): readonly JsonRecord[] => {
  const value = valueAt(of, ...path);
  return (Array.isArray(value) ? value.slice(0, 256) : [value]).filter(isRecord);
};

/** Texts that rules search as a whole are cut here. */
const longestText = 16_384;

/** A log entry under its own names, under `data.` as Pub/Sub wraps it, and under `gcp.audit.` as ECS has it. */
export function viewOf(entry: JsonRecord): Record<string, unknown> {
  const { view, put } = openView(entry);
  const payload = entry['protoPayload'];
  if (!isRecord(payload)) return view;
  const service = textOf(payload['serviceName']);
  const wrapped = {
    ...payload,
    resource: entry['resource'],
    logName: logNames(textOf(entry['logName'] ?? entry['logname'])),
    text: JSON.stringify(payload).slice(0, longestText),
  };
  put('data', { ...entry, protoPayload: wrapped });
  put('gcp', {
    audit: {
      method_name: methodNames(payload),
      service_name: service,
      resource_name: payload['resourceName'],
      authentication_info: { principal_email: valueAt(payload, 'authenticationInfo', 'principalEmail') },
    },
  });
  put('protoPayload.Servicename', service);
  putWorkspace(payload, service, put);
  return view;
}

/** The log's name as it is and without the project; both with the slash that GCP escapes. */
function logNames(name: string | undefined): string[] | undefined {
  if (name === undefined) return undefined;
  const mark = name.lastIndexOf('/logs/');
  const own = mark < 0 ? name : name.slice(mark + '/logs/'.length);
  return [...new Set([name, own, own.replaceAll(/%2f/gi, '/')])];
}

/**
 * The method as it is, and as SigmaHQ writes it: without the version in front (`v1.compute.vpnTunnels.insert`), and for
 * an RPC (`google.iam.admin.v1.DisableServiceAccount`) the permissions that it used, which are the REST names.
 */
function methodNames(payload: JsonRecord): string[] | undefined {
  const method = textOf(payload['methodName']);
  if (method === undefined) return undefined;
  const names = [method, method.replace(/^(?:v\d+|beta|alpha)\./, '')];
  if (/^google\..+\.[A-Z]\w*$/.test(method.slice(0, 256)))
    for (const use of recordsAt(payload, 'authorizationInfo'))
      if (use['granted'] === true) names.push(...[textOf(use['permission'])].filter((text) => text !== undefined));
  return [...new Set(names)];
}

/** Workspace's events inside an entry: their name, and their parameters by name in lower case (`SETTING_NAME`). */
function putWorkspace(payload: JsonRecord, service: string | undefined, put: Put): void {
  if (service !== 'admin.googleapis.com' && service !== 'login.googleapis.com') return;
  const events = recordsAt(payload, 'metadata', 'event');
  putWorkspaceEvents(service, events, put);
}

/** The same names for an activity of the Reports API. */
export function viewOfActivity(activity: JsonRecord): Record<string, unknown> {
  const { view, put } = openView(activity);
  const service = `${String(valueAt(activity, 'id', 'applicationName'))}.googleapis.com`;
  const events = recordsAt(activity, 'events');
  putWorkspaceEvents(service, events.length > 0 ? events : [activity], put);
  const names = view['eventName'];
  put('protoPayload', { serviceName: service, Servicename: service, metadata: { event: { eventName: names } } });
  return view;
}

function putWorkspaceEvents(service: string, events: readonly JsonRecord[], put: Put): void {
  put('eventService', service);
  const names = events.flatMap((event) => textOf(event['eventName'] ?? event['name'])?.trim() ?? []);
  put('eventName', names);
  for (const event of events) {
    const parameters = event['parameter'] ?? event['parameters'];
    const entries = Array.isArray(parameters)
      ? parameters.filter(isRecord).map((one): [unknown, unknown] => [one['name'], valueOf(one)])
      : Object.entries(isRecord(parameters) ? parameters : {});
    for (const [name, value] of entries.slice(0, 256))
      if (typeof name === 'string' && /^\w{1,64}$/.test(name)) put(name.toLowerCase(), value);
  }
}

function valueOf(parameter: JsonRecord): unknown {
  return parameter['value'] ?? parameter['boolValue'] ?? parameter['intValue'] ?? parameter['multiValue'];
}
