import { defineErrors } from '../base/errors.ts';

export const errors = defineErrors('SERVER', {
  BAD_REQUEST: {
    kind: 'user',
    message: (detail: string) => detail,
    fix: 'Compare the request with /v1/openapi.json.',
  },
  SIGN_IN_FIRST: {
    kind: 'denied',
    message: () => 'This needs a session or an API token, and there is none that counts.',
    fix: 'Sign in, or send `Authorization: Bearer fb_…` (firebreak token create).',
  },
  NOT_PERMITTED: {
    kind: 'denied',
    message: (permission: string) => `This needs the permission ${permission}.`,
    fix: 'Ask an admin for a role or a token that has it.',
  },
  CHANGE_PASSWORD_FIRST: {
    kind: 'denied',
    message: () => 'The one-time password must be changed first.',
    fix: 'PUT /v1/me/password, or sign in at the console, which asks for it.',
  },
  WRONG_SIGN_IN: {
    kind: 'denied',
    message: () => 'Name or password is wrong.',
    fix: 'Try again; on the machine itself `firebreak user reset-password NAME` gives a new one-time password.',
  },
  TOO_MANY_TRIES: {
    kind: 'busy',
    message: (seconds: number) => `Too many attempts to sign in. Wait ${Math.ceil(seconds / 60)} minutes.`,
    fix: 'Wait, or use the command line on the machine itself.',
  },
  FOREIGN_ORIGIN: {
    kind: 'denied',
    message: (origin: string) => `A page of ${origin} may not act here.`,
    fix: 'Open the console at its own address; behind a proxy set http.public_url.',
  },
  NO_SUCH_PATH: {
    kind: 'missing',
    message: (method: string, path: string) => `There is no ${method} ${path}.`,
    fix: 'GET /v1/openapi.json lists what there is.',
  },
  NO_SUCH_THING: {
    kind: 'missing',
    message: (what: string, id: string) => `There is no ${what} ${id}.`,
    fix: 'List them first; ids are given whole, as type--uuid.',
  },
  CHANGED_MEANWHILE: {
    kind: 'refused',
    message: () => 'It was changed since the revision that If-Match names.',
    fix: 'Fetch it again and decide anew.',
  },
  KEY_USED: {
    kind: 'refused',
    message: () => 'This Idempotency-Key came before with another request.',
    fix: 'Use a new key for a new request.',
  },
  KEY_UNDER_WAY: {
    kind: 'refused',
    message: () => 'The first request with this Idempotency-Key is still under way.',
    fix: 'Wait a moment and send it again: it will get the same answer.',
  },
  TOO_LARGE: {
    kind: 'user',
    message: () => 'The body is larger than this path takes.',
    fix: 'Send it in parts: 10 MB compressed and 100 MB inflated for events, 1 MB elsewhere.',
  },
  TOO_FAST: {
    kind: 'busy',
    message: () => 'Too many requests from this address.',
    fix: 'Wait as Retry-After says; lists have pages and the stream tells changes.',
  },
  WRONG_TYPE: {
    kind: 'user',
    message: () => 'The body is not of a type that this path reads.',
    fix: 'Send JSON with `Content-Type: application/json`.',
  },
  UNEXPECTED: {
    kind: 'bug',
    message: () => 'Something went wrong inside Firebreak.',
    fix: 'The log has the details under the request id. Please report it with both.',
  },
  OPEN_WITHOUT_TLS: {
    kind: 'user',
    message: (host: string) => `Passwords and tokens would travel readable: ${host} is not this machine alone.`,
    fix: 'Set http.tls_certificate and http.tls_key, keep 127.0.0.1, or say --insecure-http behind a proxy with TLS.',
  },
  TLS_FILES: {
    kind: 'user',
    message: (detail: string) => `The TLS certificate or key cannot be used: ${detail}`,
    fix: 'http.tls_certificate and http.tls_key name PEM files that this user can read.',
  },
  BAD_SOURCE: {
    kind: 'user',
    message: (number: number, detail: string) => `Source ${number} of the config: ${detail}`,
    fix: 'Correct `sources` in firebreak.yml; src/schema/source.ts has every setting of a source.',
  },
  BAD_PROTECTED: {
    kind: 'user',
    message: (text: string) => `respond.protected: "${text}" is no address and no range.`,
    fix: 'Write addresses or ranges, such as 192.0.2.7 or 2001:db8::/48.',
  },
  PORT_IN_USE: {
    kind: 'user',
    message: (host: string, port: number) => `Port ${port} on ${host} is in use by another program.`,
    fix: 'Stop that program, or choose another port: --http.port PORT (0 takes a free one).',
  },
  CANNOT_LISTEN: {
    kind: 'user',
    message: (host: string, port: number, detail: string) => `Cannot listen on ${host} port ${port}: ${detail}`,
    fix: 'Correct http.host and http.port; ports below 1024 need a right that Firebreak does not have.',
  },
  STOPPED_WHILE_STARTING: {
    kind: 'user',
    message: () => 'It was stopped while it started.',
    fix: 'Start it again.',
  },
});
