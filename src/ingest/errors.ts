import { defineErrors } from '../base/errors.ts';

export const errors = defineErrors('INGEST', {
  UNAVAILABLE: {
    kind: 'busy',
    message: (reason: string) => `Events cannot be kept safe now: ${reason}`,
    fix: 'Nothing was accepted. Send the same request again after the time in Retry-After, with the same Idempotency-Key.',
  },
  NOT_KEPT: {
    kind: 'bug',
    message: (source: string, detail: string) => `PostgreSQL refused a batch of the source ${source}: ${detail}`,
    fix: 'Nothing of this batch was accepted. Please report this with the message.',
  },
  REPLACED: {
    kind: 'bug',
    message: () => 'Another process reads the files of this source now; what this one read was not kept.',
    fix: 'Run one Firebreak on a database. Nothing is lost: the other process reads the same lines.',
  },
  STOPPED: {
    kind: 'busy',
    message: () => 'Firebreak is shutting down and accepts no more events.',
    fix: 'Send the same request again when it runs.',
  },
  NO_SUCH_SOURCE: {
    kind: 'missing',
    message: (id: string) => `There is no source ${id}.`,
    fix: 'List the sources to see their ids.',
  },
  NAME_TAKEN: {
    kind: 'refused',
    message: (name: string) => `A source named "${name}" exists already.`,
    fix: 'Choose another name, or remove that source first.',
  },
  BATCH_UNREADABLE: {
    kind: 'bug',
    message: (id: number) => `The batch ${id} does not unpack.`,
    fix: 'The row of event_batches is damaged: restore it from a backup, or delete its rows of batch_claims to go on without it.',
  },
  FILE_MISSING: {
    kind: 'outside',
    message: (path: string) => `There is no file ${path}.`,
    fix: 'It is read from its beginning when it appears. If the path is wrong, correct it in the settings of the source.',
  },
  FILE_FORBIDDEN: {
    kind: 'outside',
    message: (path: string) => `Firebreak may not read ${path}.`,
    fix: 'Let the account that runs Firebreak read it: add it to the group of the file (often "adm"), or use setfacl -m u:ACCOUNT:r. It is tried again by itself.',
  },
  FILE_UNREADABLE: {
    kind: 'outside',
    message: (path: string, detail: string) => `The file ${path} cannot be read: ${detail}.`,
    fix: 'Check the file and its disk. It is tried again by itself, from where it was read to.',
  },
  NOT_A_FILE: {
    kind: 'outside',
    message: (path: string) => `${path} is a directory, a pipe or a device, and no file.`,
    fix: 'Name a regular file in the settings of the source; for all files of a directory write its path and /*.log.',
  },
  TOO_MANY_OPEN: {
    kind: 'outside',
    message: (path: string) => `The file ${path} cannot be opened: too many files are open.`,
    fix: 'Raise the limit of open files (ulimit -n, or LimitNOFILE= of the unit), or narrow the pattern.',
  },
  BODY_TOO_LARGE: {
    kind: 'user',
    message: (limit: string) => `The request is larger than ${limit}.`,
    fix: 'Nothing was accepted. Send it in smaller requests; NDJSON may be up to 10 MB compressed and 100 MB inflated.',
  },
  BODY_CORRUPT: {
    kind: 'user',
    message: (encoding: string, detail: string) => `The body does not unpack as ${encoding}: ${detail}`,
    fix: 'Nothing was accepted. Check that Content-Encoding names what the body is, and that it is complete.',
  },
  UNKNOWN_ENCODING: {
    kind: 'user',
    message: (encoding: string) => `The content encoding "${encoding}" is not known.`,
    fix: 'Send the body as it is, or with Content-Encoding gzip or zstd.',
  },
  BAD_KEY: {
    kind: 'user',
    message: () =>
      'The Idempotency-Key is empty, longer than 255 characters, or has other than visible ASCII characters.',
    fix: 'Use a UUID.',
  },
  KEY_REUSED: {
    kind: 'refused',
    message: (key: string) => `The Idempotency-Key "${key}" was used with another body.`,
    fix: 'Nothing was accepted. Use a new key for every new body; the same key only to repeat the same request.',
  },
  BULK_ACTION: {
    kind: 'user',
    message: (line: number, reason: string) => `Line ${line} of the bulk request is no action: ${reason}`,
    fix: 'Nothing was accepted. Each document stands below a line such as {"create":{}}.',
  },
  TOO_MANY_EVENTS: {
    kind: 'user',
    message: (limit: number) => `The request has more than ${limit} events.`,
    fix: 'Nothing was accepted. Send smaller requests (bulk_max_size in Beats).',
  },
  PORT_IN_USE: {
    kind: 'outside',
    message: (at: string) => `${at} is in use by another program.`,
    fix: 'Choose another port in the settings of the source, or stop that program (ss -lntup shows it).',
  },
  PORT_FORBIDDEN: {
    kind: 'outside',
    message: (at: string) => `Firebreak may not listen on ${at}.`,
    fix: 'Choose a port above 1023 and let the senders (or a redirect of the firewall) use it.',
  },
  CANNOT_LISTEN: {
    kind: 'outside',
    message: (at: string, detail: string) => `Listening on ${at} failed: ${detail}.`,
    fix: 'Check that the address is one of this machine.',
  },
  TLS_FILE: {
    kind: 'user',
    message: (path: string, detail: string) => `The certificate or key in ${path} cannot be used: ${detail}.`,
    fix: 'Name PEM files that the account of Firebreak can read; the key must belong to the certificate and have no passphrase.',
  },
  REPLAY_CORRUPT: {
    kind: 'user',
    message: (path: string, detail: string) => `${path} does not unpack to its end: ${detail}`,
    fix: 'The events before the damage were kept. Get the file again, or unpack it by hand and replay what comes out.',
  },
});
