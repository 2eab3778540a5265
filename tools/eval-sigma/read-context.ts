import type { ReadContext } from '../../src/connector/index.ts';

/** Logs of the corpora are read as if they came today from a source of our own. */
export const readContext: ReadContext = {
  receivedAt: Date.UTC(2026, 10, 21, 12),
  timeZone: '',
  channelTrust: 'authenticated',
  trustedProxies: [],
};
