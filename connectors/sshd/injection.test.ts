import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aimOf, hostileText, readContext, realAddress } from '../../test/hostile.ts';
import { itAimsRight, itReadsInLinearTime } from '../../test/injection.ts';
import { sshd } from './format.ts';

/** log.c: strnvis with VIS_CSTYLE|VIS_NL|VIS_TAB|VIS_OCTAL. */
function vis(text: string): string {
  let out = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    if (byte === 0x5c) out += '\\\\';
    else if (byte === 0x0a) out += '\\n';
    else if (byte === 0x0d) out += '\\r';
    else if (byte === 0x09) out += '\\t';
    else if (byte < 32 || byte > 126) out += `\\${byte.toString(8).padStart(3, '0')}`;
    else out += String.fromCharCode(byte);
  }
  return out;
}

type Writer = (user: string, address: string, port: number, text: string) => string;

/** Messages whose address stands where no text can move it: it must be read, always, and be the right one. */
const fixed: Record<string, Writer> = {
  failedPassword: (user, address, port) => `Failed password for invalid user ${user} from ${address} port ${port} ssh2`,
  failedPasswordValid: (user, address, port) => `Failed password for ${user} from ${address} port ${port} ssh2`,
  failedNone: (user, address, port) =>
    `Failed none for invalid user ${user} from ${address} port ${port} ssh2 [preauth]`,
  failedKeyboard: (user, address, port) =>
    `Failed keyboard-interactive/pam for invalid user ${user} from ${address} port ${port} ssh2`,
  failedKey: (user, address, port) =>
    `Failed publickey for ${user} from ${address} port ${port} ssh2: RSA SHA256:pIm7ECdAWzZ5tuLQDMVIhsFRhxY+7`,
  accepted: (user, address, port) => `Accepted password for ${user} from ${address} port ${port} ssh2`,
  invalidUser: (user, address, port) => `Invalid user ${user} from ${address} port ${port}`,
  invalidUserOld: (user, address) => `Invalid user ${user} from ${address}`,
  maximum: (user, address, port) =>
    `error: maximum authentication attempts exceeded for invalid user ${user} from ${address} port ${port} ssh2 [preauth]`,
  closed: (user, address, port) => `Connection closed by authenticating user ${user} ${address} port ${port} [preauth]`,
  reset: (user, address, port) => `Connection reset by invalid user ${user} ${address} port ${port} [preauth]`,
  disconnected: (user, address, port) => `Disconnected from user ${user} ${address} port ${port}`,
  tooMany: (user, address, port) =>
    `Disconnecting authenticating user ${user} ${address} port ${port}: Too many authentication failures [preauth]`,
  received: (_user, address, port, text) => `Received disconnect from ${address} port ${port}:11: ${text} [preauth]`,
  badProtocol: (_user, address, port, text) =>
    `Bad protocol version identification '${text}' from ${address} port ${port}`,
  negotiate: (_user, address, port, text) =>
    `Unable to negotiate with ${address} port ${port}: no matching key exchange method found. Their offer: ${text} [preauth]`,
  banner: (_user, address, port) => `banner exchange: Connection from ${address} port ${port}: invalid format`,
  noIdentification: (_user, address, port) => `Did not receive identification string from ${address} port ${port}`,
  pam: (user, address) =>
    `pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=${address}  user=${user}`,
  pamError: (user, address) => `error: PAM: Authentication failure for illegal user ${user} from ${address}`,
};

/** Messages with text of the client on both sides: the right address or none. */
const ambiguous: Record<string, Writer> = {
  certificate: (user, address, port, text) =>
    `Failed publickey for ${user} from ${address} port ${port} ssh2: RSA-CERT SHA256:aa ID ${text} (serial 0) CA RSA SHA256:bb`,
  hostBased: (user, address, port, text) =>
    `Failed hostbased for ${user} from ${address} port ${port} ssh2: RSA SHA256:aa, client user "${text}", client host "${text}"`,
  kerberos: (user, address, port, text) =>
    `Accepted gssapi-with-mic for ${user} from ${address} port ${port} ssh2: ${text}`,
  changeOfUser: (user, address, port, text) =>
    `Disconnecting authenticating user ${user} ${address} port ${port}: Change of username or service not allowed: (${user},ssh-connection) -> (${text},ssh-connection) [preauth]`,
  notAllowed: (user, address) => `User ${user} from ${address} not allowed because not listed in AllowUsers`,
  noAddress: (user) => `input_userauth_request: invalid user ${user} [preauth]`,
  session: (user) => `pam_unix(sshd:session): session opened for user ${user}(uid=0) by ${user}(uid=0)`,
};

const headers = [
  'Dec 10 06:55:46 web-1 sshd[24200]: ',
  '<38>Dec  1 06:55:46 web-1 sshd[1]: ',
  '<38>1 2026-11-20T06:55:46.123456+01:00 web-1 sshd-session 4711 - - ',
  '2026-11-20T06:55:46.123456+01:00 web-1 sshd-session[4711]: ',
];

const written = (writers: Record<string, Writer>, encode: (text: string) => string) =>
  fc
    .record({
      header: fc.constantFrom(...headers),
      write: fc.constantFrom(...Object.values(writers)),
      user: hostileText,
      text: hostileText,
      address: realAddress,
      port: fc.integer({ min: 1, max: 65_535 }),
    })
    // auth.c prints at most 100 characters of a user's name.
    .map(({ header, write, user, text, address, port }) => ({
      line: header + encode(write(user.slice(0, 100), address, port, text)),
      address,
    }));

/** What a forwarder makes of a line when it undoes the escapes: a line still ends at its line break. */
const raw = (text: string) => text.replaceAll(/[\r\n]/g, '');

describe('text of the client in sshd lines', () => {
  itAimsRight('never moves an address that stands at a fixed place', sshd, written(fixed, vis));
  itAimsRight('nor when a forwarder undid the escapes', sshd, written(fixed, raw));
  itAimsRight('takes no other address where text stands on both sides of it', sshd, written(ambiguous, vis), {
    orNobody: true,
  });
  itAimsRight('nor where a forwarder undid the escapes', sshd, written(ambiguous, raw), { orNobody: true });

  it('counts a failed login with control characters in the name, and escapes them as sshd does', () => {
    const line = `${headers[0]}Failed password for invalid user a\u0000b\u001b[31m\tc\u007f from 203.0.113.77 port 22 ssh2`;
    expect(sshd.read(line, readContext)?.view).toMatchObject({
      event: 'failed_password',
      src_ip: '203.0.113.77',
      user: 'a\\000b\\033[31m\\tc\\177',
    });
  });

  it.each([
    'Disconnecting authenticating user x 1.2.3.4 port 22: 203.0.113.77 port 9: Change of username or service not allowed: (a,b) -> (c,d) [preauth]',
    'Failed hostbased for x from 1.2.3.4 port 22 ssh2: from 203.0.113.77 port 9 ssh2: RSA SHA256:aa, client user "a", client host "b"',
    'Failed publickey for x from 203.0.113.77 port 9 ssh2: RSA-CERT SHA256:aa ID y from 1.2.3.4 port 22 ssh2 (serial 0) CA RSA SHA256:bb',
    'User x from 1.2.3.4 not allowed because from 203.0.113.77 not allowed because account is locked',
  ])('aims at nobody when a message reads in two ways: %s', (message) => {
    expect(aimOf(sshd.read((headers[0] ?? '') + message, readContext))).toBeUndefined();
  });

  it('aims at nobody when a message has a line break, which sshd never writes', () => {
    const line = `${headers[0]}Failed password for x\nFailed password for root from 1.2.3.4 port 22 ssh2`;
    expect(aimOf(sshd.read(line, readContext))).toBeUndefined();
  });

  it('is not read out of another program’s line', () => {
    const inner = `${headers[0]}Failed password for root from 1.2.3.4 port 22 ssh2`;
    expect(sshd.read(`Dec 10 06:55:46 web-1 nginx[1]: ${inner}`, readContext)).toBeUndefined();
    expect(
      sshd.read(
        JSON.stringify({
          _COMM: 'logger',
          SYSLOG_IDENTIFIER: 'sshd',
          MESSAGE: 'Failed password for root from 1.2.3.4 port 22 ssh2',
        }),
        readContext,
      ),
    ).toBeUndefined();
  });

  itReadsInLinearTime(
    sshd,
    (
      [
        ['Failed password for ', ' from 1.1.1.1 port 2 ssh2', ''],
        ['Failed publickey for ', ' from 1.1.1.1 port 2 ssh2: ', ''],
        ['Disconnecting user ', ' 1.1.1.1 port 2: ', ''],
        ['Disconnecting user ', ' 1.1.1.1 port 2', ''],
        ['User ', ' from 1.1.1.1 not allowed because', ''],
        ['pam_unix(sshd:session): session opened for user ', ' by (uid=1', 'x'],
        [
          'pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=1.1.1.1 ',
          ' user=',
          'x',
        ],
        ['PAM: A', ' for', ''],
        ['Received disconnect from ', ':1', ''],
        ['Connection closed by ', 'user ', ''],
        ['message repeated 5 times: [ ', '[', ''],
      ] as const
    ).map(([before, fragment, after]) => [headers[0] + before, fragment, after] as const),
  );
});
