import {
  integerOf,
  isRecord,
  joinedLeaves,
  readJsonRecord,
  readXmlData,
  readXmlEvent,
  textOf,
  type JsonRecord,
} from '../../src/connector/index.ts';

/** A Windows event, whatever shape it came in. */
export interface WindowsRecord {
  /** Empty for events that were traced, not logged. */
  channel: string;
  eventId: number;
  computer?: string;
  provider?: string;
  /** As it stands; not yet a time. */
  created?: unknown;
  /** The System element's other values under the names SigmaHQ uses: `Execution_ProcessID`, `Level`, `Keywords`, … */
  system: JsonRecord;
  /** Leaves of EventData and UserData; a name that occurs twice has a list. */
  data: JsonRecord;
}

/** Reads nested evtx_dump JSON, flat NXLog/Winlogbeat-like JSON, Winlogbeat's `winlog`, and rendered XML. */
export function readWindowsRecord(line: string): WindowsRecord | undefined {
  const start = line.slice(0, 64).trimStart();
  if (start.startsWith('<Event') || start.startsWith('<!--') || start.startsWith('<?xml')) {
    const event = readXmlEvent(line);
    return event && fromSystem(event.system, event.data);
  }
  const json = start.startsWith('{') ? readJsonRecord(line) : undefined;
  if (!json) return undefined;
  if (isRecord(json['Event']) && isRecord(json['Event']['System']))
    return fromNested(json['Event'], json['Event']['System']);
  if (isRecord(json['winlog'])) return fromWinlogbeat(json, json['winlog']);
  return fromFlat(json);
}

function build(parts: {
  channel: unknown;
  eventId: unknown;
  computer: unknown;
  provider: unknown;
  created: unknown;
  system: JsonRecord;
  data: JsonRecord;
}): WindowsRecord | undefined {
  const channel = textOf(parts.channel) ?? '';
  // Sysmon for Linux writes the same XML; it has a format of its own.
  if (channel === 'Linux-Sysmon/Operational') return undefined;
  const eventId = integerOf(parts.eventId);
  if (eventId === undefined) return undefined;
  const computer = textOf(parts.computer);
  const provider = textOf(parts.provider);
  return {
    channel,
    eventId,
    ...(computer === undefined ? {} : { computer }),
    ...(provider === undefined ? {} : { provider }),
    ...(parts.created === undefined ? {} : { created: parts.created }),
    system: parts.system,
    data: parts.data,
  };
}

/** A System element of evtx_dump: text, or `{"#attributes": …, "#text": …}`, or attributes beside it as `Name_attributes`. */
function fromNested(event: JsonRecord, system: JsonRecord): WindowsRecord | undefined {
  const flat: [string, unknown][] = [];
  for (const [name, value] of Object.entries(system)) {
    const bare = name.replace(/_attributes$/, '');
    if (!isRecord(value)) {
      if (value !== null) flat.push([name, value]);
      continue;
    }
    const attributes = isRecord(value['#attributes']) ? value['#attributes'] : value;
    for (const [attribute, part] of Object.entries(attributes))
      if (attribute !== '#text') flat.push([`${bare}_${attribute}`, part]);
    if (value['#text'] !== undefined) flat.push([bare, value['#text']]);
  }
  const known = Object.fromEntries(flat);
  const data: [string, unknown][] = [];
  leavesOf(event['EventData'], data);
  leavesOf(event['UserData'], data);
  return fromSystem(known, data);
}

function fromSystem(known: JsonRecord, data: [string, unknown][]): WindowsRecord | undefined {
  const { Channel, EventID, Computer, Provider_Name, TimeCreated_SystemTime, ...system } = known;
  return build({
    channel: Channel,
    eventId: EventID,
    computer: Computer,
    provider: Provider_Name,
    created: TimeCreated_SystemTime,
    system,
    data: Object.fromEntries(joinedLeaves(data)),
  });
}

/** The leaves below a JSON value, by their own name; `#text` stands for the element that holds it. */
function leavesOf(value: unknown, into: [string, unknown][], name = 'Data'): void {
  if (!isRecord(value)) return;
  for (const [key, part] of Object.entries(value)) {
    if (key === '#attributes' || key.endsWith('_attributes') || part === null) continue;
    if (isRecord(part)) leavesOf(part, into, key);
    else into.push([key === '#text' ? name : key, part]);
  }
}

/** Winlogbeat 7 and later: the event below `winlog`. */
function fromWinlogbeat(json: JsonRecord, winlog: JsonRecord): WindowsRecord | undefined {
  const data: [string, unknown][] = [];
  leavesOf(winlog['event_data'], data);
  leavesOf(winlog['user_data'], data);
  const process = isRecord(winlog['process']) ? winlog['process'] : {};
  const message = textOf(json['message']);
  return build({
    channel: winlog['channel'],
    eventId: winlog['event_id'],
    computer: winlog['computer_name'],
    provider: winlog['provider_name'],
    created: json['@timestamp'],
    system: {
      ...(process['pid'] === undefined ? {} : { Execution_ProcessID: process['pid'] }),
      ...(winlog['record_id'] === undefined ? {} : { EventRecordID: winlog['record_id'] }),
      ...(winlog['provider_guid'] === undefined ? {} : { Provider_Guid: winlog['provider_guid'] }),
      ...(message === undefined ? {} : { Message: message }),
    },
    data: Object.fromEntries(joinedLeaves(data)),
  });
}

/** NXLog, Mordor and older Winlogbeat: everything side by side. */
function fromFlat(json: JsonRecord): WindowsRecord | undefined {
  const inner = json['event_data'];
  const eventId = json['EventID'] ?? json['event_id'];
  const channel = json['Channel'] ?? json['log_name'];
  if (eventId === undefined || channel === undefined) return undefined;
  const pid = json['ExecutionProcessID'];
  const data: [string, unknown][] = [];
  if (isRecord(inner)) leavesOf(inner, data);
  const own = json['EventData'];
  // Log Analytics keeps the event's data as text: XML in SecurityEvent, JSON in WindowsEvent.
  if (typeof own === 'string' && own.startsWith('<EventData')) data.push(...readXmlData(own));
  else leavesOf(typeof own === 'string' ? readJsonRecord(own) : own, data);
  const kept = Object.entries(json).filter(([name, value]) => value !== null && !flatNames.has(name));
  return build({
    channel,
    eventId,
    computer: json['Computer'] ?? json['Hostname'] ?? json['ComputerName'] ?? json['computer_name'],
    provider: json['Provider_Name'] ?? json['SourceName'] ?? json['ProviderName'] ?? json['source_name'],
    created: json['TimeCreated'] ?? json['@timestamp'] ?? json['EventTime'],
    system: pid === undefined ? {} : { Execution_ProcessID: pid },
    data: Object.fromEntries([...kept, ...joinedLeaves(data)]),
  });
}

const flatNames = new Set(['EventID', 'event_id', 'Channel', 'log_name', 'event_data', 'Computer', 'Provider_Name']);
