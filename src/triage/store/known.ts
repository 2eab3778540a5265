import { z } from 'zod';
import { storableJson } from '../../base/storable-text.ts';
import { assetsFor, identitiesFor, type AssetKey } from '../../context/index.ts';
import { sql, type Tx } from '../../db/index.ts';
import type { Finding } from '../../schema/finding.ts';
import { IncidentStatus, Verdict } from '../../schema/incident.ts';
import { viewOf } from '../group/finding-view.ts';
import { pairOf } from '../group/group.ts';
import { entityKey, pairKey, type Known, type KnownEntity } from '../group/known.ts';
import { verdictsLookedAt } from '../score/facts-of-opened.ts';
import { openStatuses } from '../statuses.ts';
import { selectLastNumbers, selectRuleVerdicts } from './opening-facts.ts';

/** Places of an entity that is everywhere: more would only make its weight smaller. */
const placesEach = 16;

/** Reads what grouping must know about these findings: a fixed number of statements, sent together. */
export async function loadKnown(tx: Tx, findings: readonly Finding[], joinWindowMs: number): Promise<Known> {
  const views = findings.map((finding) => ({ finding, view: viewOf(finding) }));
  const pairs = views.map(({ finding, view }) => pairOf(finding, view));
  const named = views.flatMap(({ finding, view }) =>
    view.entities.map((entity) => ({
      tenant_id: finding.tenant_id,
      site_id: finding.site_id,
      type: entity.type,
      value: entity.value,
      acts: entity.role === 'actor',
    })),
  );
  const since = Math.min(...findings.map((finding) => finding.first_seen_at.getTime())) - joinWindowMs;

  const entities = distinct(named);
  const rules = new Map(
    findings.map(({ tenant_id, rule_id }) => [JSON.stringify([tenant_id, rule_id]), { tenant_id, rule_id }]),
  );
  const [assets, memberships, pairRows, entityRows, ruleVerdicts, lastNumbers] = await Promise.all([
    assetsOf(tx, entities),
    selectMemberships(
      tx,
      findings.map((finding) => finding.id),
    ),
    selectPairs(tx, pairs),
    selectEntities(tx, entities, since),
    selectRuleVerdicts(tx, [...rules.values()], verdictsLookedAt),
    selectLastNumbers(tx, [...new Set(findings.map((finding) => finding.tenant_id))]),
  ]);
  const known: Known = {
    membership: new Map(),
    counted: new Map(),
    pairs: new Map(),
    former: new Map(),
    incidents: new Map(),
    entities: new Map(),
    sharedBy: new Map(),
    assets,
    ruleVerdicts,
    lastNumbers: new Map(lastNumbers.map((row) => [row.tenant_id, row.last_number])),
  };
  for (const row of memberships) {
    known.counted.set(row.finding_id, row.event_count);
    if (row.incident === null) continue;
    known.membership.set(row.finding_id, row.incident.id);
    known.incidents.set(row.incident.id, row.incident);
  }
  for (const row of pairRows) {
    known.incidents.set(row.incident.id, row.incident);
    if (row.is_open) known.pairs.set(pairKey(row), row.incident.id);
    else
      known.former.set(pairKey(row), {
        id: row.incident.id,
        status: row.status,
        resolved_at: row.resolved_at?.getTime() ?? null,
        verdict: row.verdict,
      });
  }
  for (const row of entityRows) {
    const key = entityKey(row, row);
    known.sharedBy.set(key, row.shared_by);
    if (row.place === null) continue;
    const { incident, first_seen_at: first, last_seen_at: last, ...there } = row.place;
    known.incidents.set(incident.id, incident);
    const { type, value } = row;
    const times = { first_seen_at: first.getTime(), last_seen_at: last.getTime() };
    const place: KnownEntity = { incident_id: incident.id, type, value, ...there, ...times };
    known.entities.set(key, [...(known.entities.get(key) ?? []), place]);
  }
  return known;
}

interface Named {
  tenant_id: string;
  site_id: string;
  type: string;
  value: string;
  acts: boolean;
}

function distinct(named: readonly Named[]): Named[] {
  const found = new Map<string, Named>();
  for (const entity of named) {
    const key = entityKey(entity, entity);
    found.set(key, { ...entity, acts: entity.acts || (found.get(key)?.acts ?? false) });
  }
  return [...found.values()];
}

async function assetsOf(tx: Tx, named: readonly Named[]): Promise<Known['assets']> {
  const keys = named.flatMap(({ type, ...entity }) => {
    const known: AssetKey[] = type === 'ip' || type === 'host' ? [{ ...entity, type }] : [];
    return known;
  });
  const users = Map.groupBy(
    named.filter((entity) => entity.type === 'user'),
    (entity) => entity.tenant_id,
  );
  const [machines, ...people] = await Promise.all([
    assetsFor(tx, keys),
    ...[...users].map(async ([tenantId, entities]) => ({
      entities,
      identities: await identitiesFor(tx, tenantId, [...new Set(entities.map((entity) => entity.value))]),
    })),
  ]);
  const assets: Known['assets'] = new Map();
  for (const asset of machines) assets.set(entityKey(asset, { type: asset.key_type, value: asset.key_value }), asset);
  for (const { entities, identities } of people) {
    const byName = new Map(identities.map((identity) => [identity.name, identity]));
    for (const entity of entities) {
      const identity = byName.get(entity.value.toLowerCase());
      if (identity)
        assets.set(entityKey(entity, entity), {
          roles: identity.roles,
          importance: identity.roles.includes('admin') || identity.roles.includes('break_glass') ? 3 : 2,
        });
    }
  }
  return assets;
}

const Incident = z.object({
  id: z.string(),
  tenant_id: z.string(),
  site_id: z.string(),
  is_demonstration: z.boolean(),
  finding_count: z.number(),
});

/** Of the incident `i` that a row led to. */
const incidentJson = sql`jsonb_build_object('id', i.id, 'tenant_id', i.tenant_id, 'site_id', i.site_id,
  'is_demonstration', i.is_demonstration, 'finding_count', i.finding_count)`;

const Membership = z.object({ finding_id: z.string(), event_count: z.number(), incident: Incident.nullable() });

const selectMemberships = (tx: Tx, findingIds: readonly string[]) =>
  tx.many(
    Membership,
    sql`select f.finding_id, f.event_count, case when i.id is not null then ${incidentJson} end as incident
      from (select finding_id, sum(event_count)::bigint as event_count, max(incident_id) filter (where is_current) as incident_id
        from incident_findings where finding_id = any(${[...findingIds]}::text[]) group by finding_id) f
      left join incidents i on i.id = f.incident_id and i.status = any(${[...openStatuses]}::text[])`,
  );

const Pair = z.object({
  tenant_id: z.string(),
  site_id: z.string(),
  entity_type: z.string(),
  entity_value: z.string(),
  cause: z.string(),
  is_open: z.boolean(),
  status: IncidentStatus,
  resolved_at: z.date().nullable(),
  verdict: Verdict.nullable(),
  incident: Incident,
});

const selectPairs = (tx: Tx, pairs: readonly ReturnType<typeof pairOf>[]) =>
  tx.many(
    Pair,
    sql`select wanted.*, c.is_open, c.status, c.resolved_at, c.verdict, c.incident
      from (select distinct * from jsonb_to_recordset(${storableJson(pairs)}::jsonb)
        as pair (tenant_id text, site_id text, entity_type text, entity_value text, cause text)) as wanted
      cross join lateral (
        select c.is_open, i.status, i.resolved_at, i.verdict, ${incidentJson} as incident
        from incident_causes c join incidents i on i.id = c.incident_id
        where (c.tenant_id, c.site_id, c.entity_type, c.entity_value, c.cause)
          = (wanted.tenant_id, wanted.site_id, wanted.entity_type, wanted.entity_value, wanted.cause)
          and i.merged_into_id is null
        order by c.is_open desc, i.number desc limit 1) c`,
  );

const isoDate = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

const EntityRow = z.object({
  tenant_id: z.string(),
  site_id: z.string(),
  type: z.string(),
  value: z.string(),
  shared_by: z.int(),
  place: z
    .object({
      role: z.string(),
      first_seen_at: isoDate,
      last_seen_at: isoDate,
      last_finding_id: z.string(),
      incident: Incident,
    })
    .nullable(),
});

/**
 * Each entity with the number of open incidents that have it, and its places in those that the findings can join: [T14] where
 * an entity of theirs acts there or here. What everybody attacks would be read for nothing.
 */
const selectEntities = (tx: Tx, named: readonly Named[], sinceMs: number) => {
  const ofWanted = sql`(e.tenant_id, e.site_id, e.type, e.value) = (wanted.tenant_id, wanted.site_id, wanted.type, wanted.value)`;
  const isRecent = sql`e.last_seen_at >= to_timestamp(${sinceMs} / 1000.0)`;
  const isOpen = sql`i.status = any(${[...openStatuses]}::text[])`;
  const places = (more: ReturnType<typeof sql>) => sql`
    select e.incident_id from entities e join incidents i on i.id = e.incident_id
    where ${ofWanted} and ${isRecent} and ${isOpen} and ${more} order by e.last_seen_at desc limit ${placesEach}`;
  return tx.many(
    EntityRow,
    sql`with wanted as materialized (
        select * from unnest(${named.map((entity) => entity.tenant_id)}::text[],
          ${named.map((entity) => entity.site_id)}::text[], ${named.map((entity) => entity.type)}::text[],
          ${named.map((entity) => entity.value)}::text[], ${named.map((entity) => entity.acts)}::boolean[])
          as wanted (tenant_id, site_id, type, value, acts)),
      joinable as materialized (
        select incident_id from wanted cross join lateral (${places(sql`wanted.acts`)}) e
        union select incident_id from wanted cross join lateral (${places(sql`e.role = 'actor'`)}) e)
      select wanted.tenant_id, wanted.site_id, wanted.type, wanted.value, shared.shared_by,
        case when e.incident_id is not null then jsonb_build_object('role', e.role, 'first_seen_at', e.first_seen_at,
          'last_seen_at', e.last_seen_at, 'last_finding_id', e.last_finding_id, 'incident', ${incidentJson}) end as place
      from wanted
      cross join lateral (select count(distinct incident_id)::int as shared_by from (${places(sql`true`)}) e) shared
      left join (joinable join entities e using (incident_id) join incidents i on i.id = e.incident_id)
        on ${ofWanted} and ${isRecent}`,
  );
};
