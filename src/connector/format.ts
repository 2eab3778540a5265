import type { ChannelTrust, Subject } from '../schema/subject.ts';

/** What a format may know beside the line itself. */
export interface ReadContext {
  /** Epoch ms at which the line arrived: settles a missing year. */
  receivedAt: number;
  /** IANA zone for times that name none. Empty: UTC. */
  timeZone: string;
  channelTrust: ChannelTrust;
  /** Canonical ranges of proxies: the real client is the right-most hop outside of them; they are never actor. */
  trustedProxies: readonly string[];
  /** The sender's address as the transport saw it. */
  peerAddress?: string;
}

/** Sigma's logsource of an event: rules apply to the same or a wider one. */
export interface Logsource {
  product?: string;
  category?: string;
  service?: string;
}

/** A line, read. Nothing here is ever undefined-as-value: a field that the line does not have is absent. */
export interface ReadEvent {
  /** Epoch ms; undefined when the line names none that makes sense: then the arrival counts. */
  time?: number;
  /** How many times it happened, where one line tells of several ("message repeated 3 times"); absent: once. Counting rules add this. */
  count?: number;
  /** All logsources the event answers to; usually one. */
  logsources: readonly Logsource[];
  /** The taxonomy view that Sigma rules read: the original's fields under the names SigmaHQ expects. Nested values and lists are allowed. */
  view: Readonly<Record<string, unknown>>;
  /** The JSON text in which every value of the view stands as it is; keywords are looked for there. Absent where values are made or decoded. */
  json?: string;
  /** Values with a role. Only these may ever aim a containment. */
  subjects: readonly Subject[];
  /**
   * A logon over the network that succeeded: from which address, as whom. Only where the logging program itself says so;
   * an account that nobody has to prove (anonymous, guest) and a proxy's address are none.
   */
  logon?: { address: string; user: string };
  /** One OCSF 1.8.0 event, made when asked for. Fields without a place go to `unmapped`. */
  toOcsf(): Record<string, unknown>;
}

/** Reads lines of one product. Pure, linear in the length of the line, never throws. */
export interface Format {
  /** Stable name, as it stands in a source's settings: `sshd`, `nginx-access`, `suricata-eve`, `windows-event`, `json`. */
  name: string;
  title: string;
  /** Every logsource that its events may answer to, so that it is known which rules they can feed. Absent: whatever its records name. */
  feeds?: readonly Logsource[];
  /** How lines of it look, for `explain` and the automatic choice: 0 no, 1 maybe, 2 surely. */
  recognise(line: string): 0 | 1 | 2;
  /**
   * The events of a line that carries several, each as a line of its own (CloudTrail delivers `{"Records":[…]}`);
   * undefined: the line is one event.
   */
  split?(line: string): readonly string[] | undefined;
  /**
   * What lines of one event have in common where a product writes an event as several (the id of an audit record);
   * undefined: the line is an event of its own. Lines of one batch with the same key are read as one text, joined by
   * line breaks.
   */
  eventKey?(line: string): string | undefined;
  /** undefined: this line is none of this product's (kept as an unparsed event all the same). */
  read(line: string, context: ReadContext): ReadEvent | undefined;
}
