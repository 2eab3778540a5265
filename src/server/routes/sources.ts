import {
  addSource,
  getDemonstration,
  listSources,
  removeDemonstration,
  removeSource,
  startDemonstration,
  type Demonstration,
} from '../../api/sources.ts';
import type { WireSource } from '../../api/sources.ts';
import type { Ingest } from '../../ingest/index.ts';
import type { BodyOf } from '../../api/route.ts';
import type { Source, SourceSettings, SourceSettingsInput } from '../../schema/source.ts';
import { errors } from '../errors.ts';
import { on, type Owned, type Sendable } from '../http/register.ts';

/** Starts, shows and removes the bundled demonstration. */
export interface DemonstrationControl {
  state(): Promise<Demonstration>;
  start(): Promise<Demonstration>;
  remove(): Promise<Demonstration>;
}

export function sourceRoutes(room: { ingest: Ingest; demonstration: DemonstrationControl }): Owned[] {
  const { ingest, demonstration } = room;
  return [
    on(listSources, async ({ actor }) => {
      const sources = await ingest.sources.list();
      return { items: sources.filter(({ tenant_id }) => tenant_id === actor.tenantId).map(wireOf) };
    }),
    on(addSource, async ({ body, actor }) => {
      const source = await ingest.sources.add({ ...settingsOf(body), tenant_id: actor.tenantId });
      // A source that cannot run now is there all the same, with what is in its way.
      await ingest.startSource(source.id).catch(() => {});
      return wireOf((await ingest.sources.byId(source.id)) ?? source);
    }),
    on(removeSource, async ({ params, actor }) => {
      const source = await ingest.sources.byId(params.id);
      if (!source || source.tenant_id !== actor.tenantId || source.removed_at)
        throw errors.NO_SUCH_THING(['source', params.id]);
      await ingest.sources.remove(source.id);
      return undefined;
    }),
    on(getDemonstration, () => demonstration.state()),
    on(startDemonstration, () => demonstration.start()),
    on(removeDemonstration, () => demonstration.remove()),
  ];
}

function settingsOf(body: BodyOf<typeof addSource>): SourceSettingsInput {
  const common = {
    name: body.name,
    format: body.format,
    trusted_proxies: body.trusted_proxies,
    time_zone: body.time_zone,
  };
  if (body.kind === 'http') return { ...common, kind: 'http' };
  if (body.kind === 'file')
    return { ...common, kind: 'file', path: body.address, start_at: body.from_start ? 'beginning' : 'end' };
  const match = /^(?:\[?([^\]]*?)\]?:)?(\d{1,5})$/.exec(body.address);
  if (!match) throw errors.BAD_REQUEST(['body.address: HOST:PORT to listen on, such as 127.0.0.1:5514']);
  const listen = { ...common, host: match[1] || '127.0.0.1', port: Number(match[2]) };
  if (body.kind !== 'syslog-tls') return { ...listen, kind: body.kind };
  if (body.cert_path === undefined || body.key_path === undefined)
    throw errors.BAD_REQUEST(['body.cert_path and body.key_path: syslog-tls needs a certificate and its key']);
  return {
    ...listen,
    kind: 'syslog-tls',
    cert_path: body.cert_path,
    key_path: body.key_path,
    ...(body.client_ca_path === undefined ? {} : { client_ca_path: body.client_ca_path }),
  };
}

function addressOf(settings: SourceSettings): string {
  if ('path' in settings) return settings.path;
  if ('port' in settings) return `${settings.host}:${settings.port}`;
  return settings.kind === 'http' ? '/v1/events' : '';
}

function wireOf(source: Source): Sendable<WireSource> {
  return {
    id: source.id,
    name: source.name,
    kind: source.kind,
    address: addressOf(source.settings),
    format: source.format,
    channel_trust: source.channel_trust,
    guarantee: guarantees[source.settings.kind],
    is_demonstration: source.is_demonstration,
    state: source.problem ? 'failed' : source.quiet_since ? 'quiet' : source.state,
    detail: source.problem ? `${source.problem.message} ${source.problem.fix}` : '',
    event_count: source.event_count,
    lost_count: source.lost_count,
    last_event_at: source.last_received_at,
    created_at: source.created_at,
  };
}

const guarantees: Record<SourceSettings['kind'], string> = {
  file: 'At least once: the position is committed with the events.',
  demonstration: 'At least once: the position is committed with the events.',
  'syslog-udp': 'Best effort: loss is counted as far as the kernel tells.',
  'syslog-tcp': 'At least once what was read; the sender is held back while the database is away.',
  'syslog-tls': 'At least once what was read; the sender is held back while the database is away.',
  http: 'Kept when answered with 200; one effect for each Idempotency-Key.',
  replay: 'Read once, from the file.',
  internal: 'Kept with what it tells of.',
};
