import { canonicalAddress } from '../../src/base/address.ts';

/** One message of sshd, read by its grammar. */
export interface SshdMessage {
  /** What happened, in our own words; `other` for messages without a bearing on access. */
  event: string;
  /** Canonical. Only where sshd itself writes it, at a place that no remote text can move. */
  srcIp?: string;
  srcPort?: number;
  /** The name of the client where sshd resolved it (UseDNS): written by whoever owns the reverse zone. */
  srcHost?: string;
  /** Remote text. */
  user?: string;
  /** False when sshd calls the user invalid. */
  validUser?: boolean;
  authMethod?: string;
  /** Key type and fingerprint, as in `RSA SHA256:…`. */
  key?: string;
  reason?: string;
  /** PAM tells of more failures in one message. */
  failures?: number;
  /** The message can be read in more than one way, so that no address is taken from it. */
  ambiguous?: true;
}

type Draft = { -readonly [K in keyof SshdMessage]: SshdMessage[K] };
/** Undefined: the message only begins like this one. */
type Reader = (text: string) => Draft | undefined;

/** What sshd writes as the peer: an address, or a name when it resolves names. */
function peer(draft: Draft, host: string | undefined, port: string | undefined): Draft {
  const address = host === undefined ? undefined : canonicalAddress(host);
  if (address !== undefined) draft.srcIp = address;
  else if (host && host !== 'UNKNOWN') draft.srcHost = host.slice(0, 255);
  if (port !== undefined && Number(port) <= 65_535) draft.srcPort = Number(port);
  return draft;
}

const invalidPrefix = /^(?:invalid|illegal) user /;

function account(draft: Draft, text: string): Draft {
  const prefix = invalidPrefix.exec(text);
  draft.user = prefix ? text.slice(prefix[0].length) : text;
  draft.validUser = !prefix;
  return draft;
}

/** Methods after whose address sshd writes nothing but a key's fingerprint. */
const endsItself = /^(?:password|none|publickey|keyboard-interactive|challenge-response)(?:\/|$)/;

/** `METHOD for [invalid user ]USER from ADDRESS port N ssh2[: KEY]`, of auth_log() in auth.c. */
function authentication(outcome: string): Reader {
  return (text) => {
    const forAt = text.indexOf(' for ');
    const method = text.slice(outcome.length + 1, forAt);
    if (forAt < 0 || !/^[a-z][a-z0-9/_-]*$/.test(method)) return undefined;
    const kind = method.replace(/\/.*$/, '').replaceAll('-', '_');
    const draft: Draft = { event: `${outcome.toLowerCase()}_${kind}`, authMethod: method };
    // The user's name stands before the address, so the last " from " is sshd's own, as long as nothing free follows it.
    const fromAt = text.lastIndexOf(' from ');
    const tail =
      /^ from (\S+) port (\d{1,5})(?: (ssh\d))?(?:: ([A-Z0-9-]+ SHA256:[A-Za-z0-9+/=]+|[A-Z0-9-]+ [0-9a-f:]{47}))?$/.exec(
        text.slice(fromAt),
      );
    if (fromAt > forAt && tail && endsItself.test(method)) {
      if (tail[4]) draft.key = tail[4];
      return peer(account(draft, text.slice(forAt + 5, fromAt)), tail[1], tail[2]);
    }
    // Certificates, host-based logins and Kerberos add text that the client chose: only a single reading counts.
    const readings = [...text.matchAll(/ from (\S+) port (\d{1,5}) ssh2:(?= )/g)];
    const [only] = readings;
    if (readings.length !== 1 || !only || text.lastIndexOf(' from ') !== only.index)
      return { ...draft, ambiguous: true };
    return peer(account(draft, text.slice(forAt + 5, only.index)), only[1], only[2]);
  };
}

/** `… USER SEPARATOR ADDRESS [port N]END`: the address is what stands between the last separator and the end. */
function atEnd(event: string, start: RegExp, separator: string, tail: RegExp, withAccount = true): Reader {
  return (text) => {
    const head = start.exec(text);
    const at = text.lastIndexOf(separator);
    if (!head || at < head[0].length - separator.length) return undefined;
    const match = tail.exec(text.slice(at + separator.length));
    if (!match) return undefined;
    const draft: Draft = { event };
    if (withAccount) account(draft, text.slice(head[0].length, Math.max(at, head[0].length)));
    return peer(draft, match[1], match[2]);
  };
}

/** The address stands at the start, before anything that the client wrote. Groups: address, port, reason. */
function atStart(event: string, pattern: RegExp): Reader {
  return (text) => {
    const match = pattern.exec(text);
    if (!match) return undefined;
    const draft = peer({ event }, match[1], match[2]);
    if (match[3]) draft.reason = match[3];
    return draft;
  };
}

const hostAndPort = /^(\S+?)(?: port (\d{1,5}))?$/;

/**
 * `VERB [authenticating user X |invalid user X |user X ]ADDRESS[ port N]`: fmt_connection_id() of packet.c
 * writes the address last, and nothing after it.
 */
function connection(event: string, verb: string): Reader {
  return (text) => {
    const rest = text.slice(verb.length);
    const match = /(?:^| )(\S+) port (\d{1,5})$/.exec(rest.slice(-300)) ?? /^(\S+)$/.exec(rest);
    if (!match) return undefined;
    const who = rest.slice(0, rest.length - match[0].length);
    const named = /^(authenticating |invalid )?user /.exec(`${who} `);
    if (who !== '' && !named) return { event, ambiguous: true };
    const draft = peer({ event }, match[1], match[2]);
    if (named) {
      draft.user = who.slice(named[0].length);
      draft.validUser = named[1] !== 'invalid ';
    }
    return draft;
  };
}

/** `Disconnecting [… user X ]ADDRESS port N: REASON`; the reason may quote the client, so the address must be the only one. */
const disconnecting: Reader = (text) => {
  const tooMany = text.endsWith(': Too many authentication failures');
  const event = text.includes('Too many authentication failures') ? 'max_auth_exceeded' : 'disconnecting';
  if (tooMany && text.length > 'Disconnecting: Too many authentication failures'.length)
    return { ...connection(event, 'Disconnecting ')(text.slice(0, text.lastIndexOf(': '))), event };
  const readings = [...text.matchAll(/ (\S+) port (\d{1,5}):(?= )/g)];
  const [only] = readings;
  if (readings.length > 1) return { event, ambiguous: true };
  if (!only)
    return account({ event }, /^Disconnecting: Too many authentication failures for (.*)$/s.exec(text)?.[1] ?? '');
  return peer({ event, reason: text.slice(only.index + only[0].length + 1) }, only[1], only[2]);
};

/** pam_unix and its kin: rhost stands behind fields that only the host fills, the user after it. */
const pam: Reader = (text) => {
  const failure =
    /^(?:pam_\w{1,32}\(sshd:auth\): authentication failure|PAM (\d{1,4}) more authentication failures?); logname=\S* uid=\d+ euid=\d+ tty=\S* ruser=\S* rhost=(\S*)(?: +user=(.*))?$/s.exec(
      text.trimEnd(),
    );
  if (failure) {
    const draft = peer({ event: 'pam_authentication_failure' }, failure[2], undefined);
    if (failure[1]) draft.failures = Number(failure[1]);
    if (failure[3] !== undefined) draft.user = failure[3];
    return draft;
  }
  const session =
    /^pam_\w{1,32}\(sshd:session\): session (opened|closed) for user (.*?)(?:\(uid=\d+\))?(?: by .*)?$/s.exec(text);
  if (session?.[2] !== undefined) return { event: `session_${session[1]}`, user: session[2] };
  return { event: text.includes('check pass; user unknown') ? 'pam_user_unknown' : 'pam' };
};

const notAllowed: Reader = (text) => {
  const readings = [...text.matchAll(/ from (\S+) not allowed because(?= )/g)];
  const [only] = readings;
  if (!only) return undefined;
  if (readings.length > 1) return { event: 'user_not_allowed', ambiguous: true };
  const draft = peer({ event: 'user_not_allowed', user: text.slice('User '.length, only.index) }, only[1], undefined);
  return { ...draft, reason: text.slice(only.index + only[0].length + 1) };
};

const userOnly =
  (event: string, start: RegExp): Reader =>
  (text) => {
    const head = start.exec(text);
    return head ? { event, user: text.slice(head[0].length), validUser: false } : undefined;
  };

/** Readers by the first word; the first that takes the message wins. Texts are those of OpenSSH 5 to 10. */
const readers: Readonly<Record<string, readonly Reader[]>> = {
  Accepted: [authentication('Accepted')],
  Failed: [authentication('Failed')],
  Postponed: [authentication('Postponed')],
  Partial: [authentication('Partial')],
  Invalid: [
    (text) => {
      const draft = atEnd('invalid_user', /^Invalid user /, ' from ', hostAndPort)(text);
      return draft ? { ...draft, validUser: false } : undefined;
    },
  ],
  'input_userauth_request:': [userOnly('invalid_user_request', /^input_userauth_request: invalid user /)],
  User: [notAllowed],
  maximum: [
    atEnd(
      'max_auth_exceeded',
      /^maximum authentication attempts exceeded for /,
      ' from ',
      /^(\S+) port (\d{1,5}) ssh2$/,
    ),
  ],
  Connection: [
    (text) =>
      text.startsWith('Connection closed by ')
        ? connection('connection_closed', 'Connection closed by ')(text)
        : undefined,
    (text) =>
      text.startsWith('Connection reset by ')
        ? connection('connection_reset', 'Connection reset by ')(text)
        : undefined,
    atStart('connection', /^Connection from (\S+) port (\d{1,5})(?: on .*)?$/s),
  ],
  Disconnected: [connection('disconnected', 'Disconnected from ')],
  Disconnecting: [disconnecting],
  'Disconnecting:': [disconnecting],
  Received: [atStart('received_disconnect', /^Received disconnect from (\S+?)(?: port (\d{1,5}))?: ?(\d+: .*)$/s)],
  Did: [atStart('no_identification', /^Did not receive identification string from (\S+)(?: port (\d{1,5}))?$/)],
  Bad: [atEnd('bad_protocol', /^Bad protocol version identification '/, "' from ", hostAndPort, false)],
  Protocol: [atStart('bad_protocol', /^Protocol major versions differ for (\S+?)(?: port (\d{1,5}))?: (.*)$/s)],
  banner: [atStart('bad_protocol', /^banner exchange: Connection from (\S+) port (\d{1,5}): (.*)$/s)],
  'kex_exchange_identification:': [() => ({ event: 'bad_protocol' })],
  Unable: [atStart('no_matching_algorithm', /^Unable to negotiate with (\S+?)(?: port (\d{1,5}))?: (.*)$/s)],
  'ssh_dispatch_run_fatal:': [
    atStart('protocol_error', /^ssh_dispatch_run_fatal: Connection from (\S+) port (\d{1,5}): (.*)$/s),
  ],
  Timeout: [
    atStart('login_timeout', /^Timeout before authentication for connection from (\S+) to \S+, pid = \d+$/),
    atStart('login_timeout', /^Timeout before authentication for (\S+?)(?: port (\d{1,5}))?\.?$/),
  ],
  drop: [atStart('connection_dropped', /^drop connection #\d+ from \[([0-9a-fA-F:.]+)\]:(\d{1,5}) on \S+ (.*)$/s)],
  refused: [atEnd('connection_refused', /^refused connect from /, ' (', /^([0-9a-fA-F:.]+)\)$/, false)],
  ROOT: [atStart('root_login_refused', /^ROOT LOGIN REFUSED FROM (\S+)(?: port (\d{1,5}))?$/)],
  reverse: [
    atEnd(
      'reverse_mapping_failed',
      /^reverse mapping checking getaddrinfo for /,
      ' [',
      /^([0-9a-fA-F:.]+)\] failed(?: - POSSIBLE BREAK-IN ATTEMPT!|\.)?$/,
      false,
    ),
  ],
  Address: [atStart('reverse_mapping_failed', /^Address (\S+) maps to /)],
  Nasty: [atEnd('reverse_mapping_failed', /^Nasty PTR record "/, '" is set up for ', /^(\S+), ignoring$/, false)],
  Authentication: [
    atEnd(
      'key_from_wrong_host',
      /^Authentication tried for /,
      ', ip=',
      /^([0-9a-fA-F:.]+)(?:, required=.*)?\)\.$/s,
      false,
    ),
  ],
  'PAM:': [atEnd('pam_error', /^PAM: [A-Z][\w ]*? for /, ' from ', hostAndPort)],
  PAM: [pam],
  Starting: [
    atEnd('session_started', /^Starting session: .* for /s, ' from ', /^(\S+) port (\d{1,5})(?: id \d+)?$/, false),
  ],
  Server: [() => ({ event: 'server_listening' })],
};

const named: Readonly<Record<string, string>> = { '\u0007': '\\a', '\b': '\\b', '\t': '\\t', '\v': '\\v', '\f': '\\f' };

/** As sshd itself writes control characters (log.c: vis(3), VIS_CSTYLE and VIS_OCTAL), where a forwarder has undone it. */
const visible = (text: string): string =>
  text.replace(/\p{Cc}/gu, (mark) => named[mark] ?? `\\${mark.charCodeAt(0).toString(8).padStart(3, '0')}`);

/** A message of sshd without its repetition; `other` when it says nothing of access. Linear: each reader looks once for its separator. */
export function readSshdMessage(message: string): SshdMessage {
  // sshd writes one line, so a message with a line break is not one of its own, or two of them.
  if (/[\n\r]/.test(message)) return { event: 'other' };
  let text = visible(message);
  if (text.endsWith(' [preauth]')) text = text.slice(0, -10);
  if (text.startsWith('error: ') || text.startsWith('fatal: ')) text = text.slice(7);
  if (text.startsWith('pam_')) return pam(text) ?? { event: 'pam' };
  const blank = text.indexOf(' ');
  const word = blank < 0 ? text : text.slice(0, blank);
  for (const reader of Object.hasOwn(readers, word) ? (readers[word] ?? []) : []) {
    const read = reader(text);
    if (read) return read;
  }
  return { event: 'other' };
}
