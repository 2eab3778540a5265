import { canonicalRange } from '../../base/address.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Protection } from '../../connector/index.ts';
import type { Database } from '../../db/index.ts';
import { sourceFacts, type SourceFact } from '../../ingest/index.ts';

/** What the guard knows of the sources, as they are now. */
export interface SourceWatch {
  /** Proxies of all sources: they are never denied for what passes through them. */
  sharedRanges(): readonly Protection[];
  isReplay(sourceId: string): boolean;
  stop(): void;
}

const retryMs = 1_000;

/** Reads the sources, and again whenever one is added or removed, here or by another process. */
export async function watchSources({ db, log }: { db: Database; log: Log }): Promise<SourceWatch> {
  let shared: readonly Protection[] = [];
  let replays: ReadonlySet<string> = new Set();
  let retry: NodeJS.Timeout | undefined;
  let reading: Promise<void> | undefined;
  let isAgain = false;

  async function read(): Promise<void> {
    const facts = await sourceFacts(db.read);
    shared = facts.flatMap(rangesOf);
    replays = new Set(facts.filter(({ kind }) => kind === 'replay').map(({ id }) => id));
  }

  function refresh(): void {
    clearTimeout(retry);
    if (reading) {
      isAgain = true;
      return;
    }
    reading = read()
      .catch((error: unknown) => {
        log.warn({ error: messageOf(error) }, 'The sources could not be read; what was known of their proxies stays.');
        retry = setTimeout(refresh, retryMs);
      })
      .then(() => {
        reading = undefined;
        if (!isAgain) return;
        isAgain = false;
        refresh();
      });
  }

  // Listens first, so that nothing is missed between.
  const endListening = db.channels.listen('sources', refresh);
  await read();
  return {
    sharedRanges: () => shared,
    isReplay: (sourceId) => replays.has(sourceId),
    stop() {
      endListening();
      clearTimeout(retry);
    },
  };
}

function rangesOf(source: SourceFact): Protection[] {
  if (source.is_removed) return [];
  return source.trusted_proxies.flatMap((text) => {
    const range = canonicalRange(text);
    return range === undefined ? [] : [{ range, reason: `it is a trusted proxy of the source "${source.name}"` }];
  });
}
