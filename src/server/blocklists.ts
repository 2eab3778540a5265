import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { blocklistText } from '../../connectors/blocklist/index.ts';
import type { Clock } from '../base/clock.ts';
import { defineErrors, messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { PulledLists } from '../respond/index.ts';

const errors = defineErrors('BLOCKLIST', {
  AWAY: {
    kind: 'busy',
    message: (detail: string) => `The block list is not known now: ${detail}`,
    fix: 'Keep the list you have and ask again: an empty list would unblock everybody.',
  },
});

const names: Readonly<Record<string, 4 | 6 | undefined>> = { denied: undefined, 'denied-v4': 4, 'denied-v6': 6 };
/** Many firewalls take no longer list. */
const cap = 50_000;

const Kept = z.array(z.object({ target: z.string(), expiresAt: z.number(), priority: z.number() }));

/**
 * The block lists over HTTP: `denied`, `denied-v4`, `denied-v6`. While the database is away the last known good list is
 * served, without what has expired since; without one the answer is an error, never an empty list.
 */
export function createBlocklists(options: { lists: PulledLists; dir: string; clock: Clock; log: Log }) {
  const { lists, clock, log } = options;
  const kept = new Map<string, z.infer<typeof Kept>>();

  const fileOf = (tenantId: string) => join(options.dir, `${tenantId}.json`);

  function keep(tenantId: string, entries: z.infer<typeof Kept>): void {
    const before = kept.get(tenantId);
    kept.set(tenantId, entries);
    if (before && JSON.stringify(before) === JSON.stringify(entries)) return;
    try {
      mkdirSync(options.dir, { recursive: true });
      writeFileSync(`${fileOf(tenantId)}.new`, JSON.stringify(entries));
      renameSync(`${fileOf(tenantId)}.new`, fileOf(tenantId));
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'The last known good block list could not be kept.');
    }
  }

  function lastKnownGood(tenantId: string): z.infer<typeof Kept> | undefined {
    const inMemory = kept.get(tenantId);
    if (inMemory) return inMemory;
    try {
      return Kept.parse(JSON.parse(readFileSync(fileOf(tenantId), 'utf8')));
    } catch {
      return undefined;
    }
  }

  return {
    /** undefined: there is no list of this name. `consumer`: the token that asks; absent: nobody pulls, somebody looks. */
    async blocklist(
      name: string,
      tenantId: string,
      consumer?: string,
    ): Promise<{ text: string; etag: string } | undefined> {
      if (!(name in names)) return undefined;
      let entries = lastKnownGood(tenantId);
      let isFresh = false;
      try {
        entries = await lists.entries(tenantId);
        isFresh = true;
        keep(tenantId, entries);
      } catch (error) {
        log.warn({ error: messageOf(error) }, 'The block list is served as last known good: the database is away.');
        if (!entries) throw errors.AWAY([messageOf(error)], { cause: error });
      }
      const family = names[name];
      const { text, etag, targets } = blocklistText(entries, {
        nowMs: clock.now(),
        cap,
        ...(family !== undefined && { family }),
      });
      if (isFresh && consumer !== undefined)
        await lists.pulled({ name, tenantId, consumer, etag, targets }).catch((error: unknown) => {
          log.warn({ error: messageOf(error) }, 'That a block list was pulled could not be written down.');
        });
      return { text, etag };
    },
  };
}
