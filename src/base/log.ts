import { destination, pino, type Logger } from 'pino';

/** A log message is a sentence; ERROR only when an operator must act. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** JSON lines on stderr, so that stdout stays data. */
export function createLog(name: string, level: string): Log {
  return pino(
    { name, level, redact: { paths: ['*.password', '*.token', '*.secret', '*.authorization'], censor: '[secret]' } },
    destination(2),
  );
}

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
