import { existsSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import { z } from 'zod';
import { readSyslogHeader } from '../../src/connector/index.ts';
import type { Suite } from './suite.ts';

const Vectors = z.object({
  vectors: z.array(
    z.object({
      name: z.string(),
      line: z.string(),
      facility: z.int(),
      severity: z.int(),
      host: z.string().nullable(),
      app: z.string().nullable(),
      procid: z.string().nullable(),
      msgid: z.string().nullable(),
      sd: z.record(z.string(), z.record(z.string(), z.string())),
      msg: z.string().nullable(),
    }),
  ),
});

/** RFC 5424 lines against the syslog header reader. */
export const syslog: Suite = {
  name: 'syslog',
  run(dir) {
    const file = join(dir, 'syslog/rfc5424-vectors.json');
    if (!existsSync(file)) return { passed: 0, failed: [], skipped: [`${file} is not here`] };
    const { vectors } = Vectors.parse(JSON.parse(readFileSync(file, 'utf8')));
    const failed = vectors.flatMap(({ name, line, ...expected }) => {
      const header = readSyslogHeader(line, { receivedAt: 0, timeZone: '' });
      const actual = header && {
        facility: header.facility,
        severity: header.severity,
        host: header.host ?? null,
        app: header.app ?? null,
        procid: header.procid ?? null,
        msgid: header.msgid ?? null,
        sd: header.structuredData ?? {},
        msg: header.message === '' ? null : header.message,
      };
      return isDeepStrictEqual(actual, expected) ? [] : [`${name}: read ${JSON.stringify(actual)}`];
    });
    return { passed: vectors.length - failed.length, failed, skipped: [] };
  },
};
