import {
  integerOf,
  joinedLeaves,
  readJsonRecord,
  readSyslogHeader,
  readXmlEvent,
  textOf,
  type XmlEvent,
  type JsonRecord,
} from '../../src/connector/index.ts';

/** An event of Sysmon for Linux. */
export interface SysmonRecord {
  eventId: number;
  computer?: string;
  /** As it stands; not yet a time. */
  created: unknown;
  /** The System element's other values. */
  system: JsonRecord;
  /** A name that occurs twice has a list. */
  data: JsonRecord;
}

/** Where JSON shippers put a syslog message: the journal, rsyslog and Beats, Log Analytics. */
const messageFields = ['MESSAGE', 'message', 'SyslogMessage', 'msg'];
const anyTime = { receivedAt: 0, timeZone: '' };

/** The XML in a line: alone, behind a syslog header, or in the message of a JSON record. */
function xmlOf(line: string): string | undefined {
  const text = line.trimStart();
  if (text.startsWith('<Event')) return text;
  if (!text.includes('Linux-Sysmon')) return undefined;
  if (text.startsWith('{')) {
    const record = readJsonRecord(text);
    const found = messageFields.map((name) => record?.[name]).find((value) => typeof value === 'string');
    return typeof found === 'string' && found !== '' ? xmlOf(found) : undefined;
  }
  const message = readSyslogHeader(line, anyTime)?.message.trimStart();
  return message?.startsWith('<Event') ? message : undefined;
}

/** Reads one event; undefined for what is none of Sysmon for Linux. */
export function readSysmonRecord(line: string): SysmonRecord | undefined {
  const xml = xmlOf(line);
  const event = xml === undefined ? undefined : readXmlEvent(xml);
  return event?.system['Channel'] === 'Linux-Sysmon/Operational' ? fromXml(event) : undefined;
}

function fromXml({ system, data }: XmlEvent): SysmonRecord | undefined {
  const { EventID, Computer, TimeCreated_SystemTime, ...rest } = system;
  const eventId = integerOf(EventID);
  const computer = textOf(Computer);
  if (eventId === undefined) return undefined;
  return {
    eventId,
    ...(computer === undefined ? {} : { computer }),
    created: TimeCreated_SystemTime,
    system: rest,
    data: Object.fromEntries(joinedLeaves(data)),
  };
}
