import type { Clock } from '../base/clock.ts';
import { newId } from '../base/ids.ts';
import type { Database } from '../db/index.ts';
import type { SourceInfo } from '../schema/event.ts';
import { SourceSettings, type Source, type SourceSettingsInput } from '../schema/source.ts';
import type { ChannelTrust } from '../schema/subject.ts';
import { errors } from './errors.ts';
import { insertSource, listSources, removeSource, sourceById, updateSourceState } from './store/sources.ts';

/** Our own events come from here. */
export const internalSourceId = 'source--firebreak';

export interface SourceSet {
  /** Sources that were not removed, by name. */
  list(): Promise<Source[]>;
  byId(id: string): Promise<Source | undefined>;
  /** Adds it, stopped. `id` is for built-in sources; adding one of the same id again gives the one that is there. */
  add(settings: SourceSettingsInput, id?: string): Promise<Source>;
  remove(id: string): Promise<void>;
  setState(id: string, state: Source['state']): Promise<void>;
}

export function createSourceSet({ db, clock }: { db: Database; clock: Clock }): SourceSet {
  return {
    list: () => listSources(db.read),
    byId: (id) => sourceById(db.read, id),
    async add(input, id) {
      const settings = SourceSettings.parse(input);
      const source = {
        id: id ?? newId('source', clock.now()),
        settings,
        channel_trust: channelTrustOf(settings),
        created_at: new Date(clock.now()),
      };
      const isNew = await insertSource(db.read, source);
      if (isNew) db.channels.wake('sources');
      const found = await sourceById(db.read, source.id);
      if (found && (isNew || id !== undefined)) return found;
      throw errors.NAME_TAKEN([settings.name]);
    },
    async remove(id) {
      if (!(await removeSource(db.read, id, new Date(clock.now())))) throw errors.NO_SUCH_SOURCE([id]);
      db.channels.wake('sources');
    },
    setState: (id, state) => updateSourceState(db.read, id, state, new Date(clock.now())),
  };
}

/**
 * Whether whoever sends over this channel is known (DESIGN §2, Trust). A TLS connection without a client certificate
 * is worth no more than TCP: its receiver lowers this for it.
 */
export function channelTrustOf(settings: SourceSettings): ChannelTrust {
  switch (settings.kind) {
    case 'syslog-udp':
    case 'syslog-tcp':
      return 'unauthenticated';
    case 'syslog-tls':
      return settings.client_ca_path === undefined ? 'unauthenticated' : 'authenticated';
    case 'file':
    case 'http':
    case 'replay':
    case 'demonstration':
    case 'internal':
      return 'authenticated';
  }
}

/** What stands in the batches of a source. */
export function infoOf(source: Source): SourceInfo {
  return {
    source_id: source.id,
    tenant_id: source.tenant_id,
    site_id: source.site_id,
    format: source.format,
    channel_trust: source.channel_trust,
    trusted_proxies: source.trusted_proxies,
    time_zone: source.time_zone,
    is_demonstration: source.is_demonstration,
  };
}
