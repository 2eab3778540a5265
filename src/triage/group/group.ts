import type { Finding } from '../../schema/finding.ts';
import { viewOf, type FindingView } from './finding-view.ts';
import { entityKey, pairKey, type FormerIncident, type Known, type KnownEntity } from './known.ts';
import { joinWeight, weightOf } from './weight.ts';

export interface GroupSettings {
  /** How near in time a shared entity must be. */
  joinWindowMs: number;
  /** How long after it was resolved an incident is taken up again by what fires again. */
  reopenWindowMs: number;
  /** An incident of this many findings takes only what has its own (entity, cause). */
  maxJoinedFindings: number;
}

export const defaultSettings: GroupSettings = {
  joinWindowMs: 60 * 60_000,
  reopenWindowMs: 30 * 60_000,
  maxJoinedFindings: 1_000,
};

/** Where one finding goes. */
export interface Placement {
  finding: Finding;
  view: FindingView;
  incidentId: string;
  /** Events that were not counted before. */
  newEvents: number;
  /** An incident that is no longer open counted some of its events. */
  wasElsewhere: boolean;
  how: 'opens' | 'reopens' | 'joins' | 'fires_again';
  reason: string;
  /** For `opens`: what came before. */
  former?: FormerIncident;
}

/**
 * Decides for every finding of a batch which incident it belongs to; pure, one after the other, so that findings of
 * one batch find each other. `newIncidentId` names an incident that is opened. Changes `known` as it goes.
 * [T20] A finding stays in its open incident. [T21] Else the open incident of its (entity, cause) takes it.
 * [T22] Else one that was resolved less than `reopenWindowMs` ago is taken up again. [T23] Else the open incident with
 * the heaviest shared entities near in time takes it, if they weigh enough. [T24] Else it opens one.
 * Demonstrations and real findings never share an incident by weight.
 */
export function group(
  findings: readonly Finding[],
  known: Known,
  nowMs: number,
  newIncidentId: (finding: Finding) => string,
  settings: GroupSettings = defaultSettings,
): Placement[] {
  return findings.map((finding) => {
    const view = viewOf(finding);
    const placement: Placement = {
      finding,
      view,
      newEvents: Math.max(0, finding.event_count - (known.counted.get(finding.id) ?? 0)),
      wasElsewhere: known.counted.has(finding.id),
      ...placeOf(finding, view, known, nowMs, newIncidentId, settings),
    };
    remember(known, placement);
    return placement;
  });
}

type Place = Pick<Placement, 'incidentId' | 'how' | 'reason' | 'former'>;

function placeOf(
  finding: Finding,
  view: FindingView,
  known: Known,
  nowMs: number,
  newIncidentId: (finding: Finding) => string,
  settings: GroupSettings,
): Place {
  const membership = known.membership.get(finding.id);
  if (membership !== undefined) return { incidentId: membership, how: 'fires_again', reason: 'It fires again.' };
  const pair = pairKey(pairOf(finding, view));
  const open = known.pairs.get(pair);
  const { about } = view;
  if (open !== undefined)
    return {
      incidentId: open,
      how: 'joins',
      reason: `Same cause "${finding.cause}" and same ${about.type} ${about.value} as an open incident.`,
    };
  const former = known.former.get(pair);
  if (
    former?.status === 'resolved' &&
    former.resolved_at !== null &&
    nowMs - former.resolved_at < settings.reopenWindowMs
  )
    return {
      incidentId: former.id,
      how: 'reopens',
      reason: `"${finding.cause}" of ${about.type} ${about.value} fires again ${minutes(nowMs - former.resolved_at)} after the incident was resolved.`,
    };
  const heaviest = heaviestOf(finding, view, known, settings);
  if (heaviest) return { incidentId: heaviest.incidentId, how: 'joins', reason: heaviest.reason };
  const opened: Place = {
    incidentId: newIncidentId(finding),
    how: 'opens',
    reason: `${about.reason} ${about.value} and the cause "${finding.cause}" are in no open incident.`,
  };
  return former ? { ...opened, former } : opened;
}

interface Candidate {
  incidentId: string;
  weight: number;
  /** `acts`: one of both roles is actor. [T14] Shared victims alone never join: two attackers of one network are not one attack. */
  reasons: { text: string; weight: number; acts: boolean }[];
}

function heaviestOf(finding: Finding, view: FindingView, known: Known, settings: GroupSettings): Place | undefined {
  const candidates = new Map<string, Candidate>();
  for (const entity of view.entities) {
    const key = entityKey(finding, entity);
    const places = known.entities.get(key) ?? [];
    const sharedBy = known.sharedBy.get(key) ?? 0;
    for (const there of places) {
      const incident = known.incidents.get(there.incident_id);
      if (!incident || !mayShare(finding, incident, settings)) continue;
      const gapMs = gapBetween(finding, there);
      if (gapMs > settings.joinWindowMs) continue;
      const assetRoles = known.assets.get(key)?.roles ?? [];
      const weight = weightOf({ entity, roleThere: there.role, sharedBy, assetRoles });
      if (weight === 0) continue;
      const candidate = candidates.get(incident.id) ?? { incidentId: incident.id, weight: 0, reasons: [] };
      candidate.weight += weight;
      const acts = entity.role === 'actor' || there.role === 'actor';
      candidate.reasons.push({ text: reasonOf(entity, there, gapMs), weight, acts });
      candidates.set(incident.id, candidate);
    }
  }
  const best = [...candidates.values()]
    .filter((candidate) => candidate.weight >= joinWeight && candidate.reasons.some((reason) => reason.acts))
    .sort((a, b) => b.weight - a.weight || (a.incidentId < b.incidentId ? -1 : 1))[0];
  if (!best) return undefined;
  const reasons = best.reasons.sort((a, b) => b.weight - a.weight).map((reason) => reason.text);
  return { incidentId: best.incidentId, how: 'joins', reason: `${reasons.slice(0, 3).join('; ')}.` };
}

function mayShare(
  finding: Finding,
  incident: { tenant_id: string; site_id: string; is_demonstration: boolean; finding_count: number },
  settings: GroupSettings,
): boolean {
  return (
    incident.tenant_id === finding.tenant_id &&
    incident.site_id === finding.site_id &&
    incident.is_demonstration === finding.is_demonstration &&
    incident.finding_count < settings.maxJoinedFindings
  );
}

function gapBetween(finding: Finding, there: KnownEntity): number {
  return Math.max(
    0,
    finding.first_seen_at.getTime() - there.last_seen_at,
    there.first_seen_at - finding.last_seen_at.getTime(),
  );
}

function reasonOf(entity: { type: string; value: string; role: string }, there: KnownEntity, gapMs: number): string {
  const what =
    entity.role === there.role
      ? `Same ${entity.role === 'actor' && entity.type === 'ip' ? 'source' : `${entity.role} ${entity.type}`} ${entity.value}`
      : `${entity.type} ${entity.value} was ${there.role} there and is ${entity.role} here`;
  return `${what}, within ${minutes(gapMs)} of ${there.last_finding_id}`;
}

function minutes(ms: number): string {
  return `${Math.max(1, Math.ceil(ms / 60_000))} min`;
}

/** The pair by which an open incident is found again. */
export function pairOf(finding: Finding, view: FindingView) {
  return {
    tenant_id: finding.tenant_id,
    site_id: finding.site_id,
    entity_type: view.about.type,
    entity_value: view.about.value,
    cause: finding.cause,
  };
}

function remember(known: Known, placement: Placement): void {
  const { finding, view, incidentId } = placement;
  known.membership.set(finding.id, incidentId);
  known.counted.set(finding.id, (known.counted.get(finding.id) ?? 0) + placement.newEvents);
  const pair = pairKey(pairOf(finding, view));
  if (!known.pairs.has(pair)) known.pairs.set(pair, incidentId);
  const incident = known.incidents.get(incidentId);
  if (incident) incident.finding_count += placement.how === 'fires_again' ? 0 : 1;
  else
    known.incidents.set(incidentId, {
      id: incidentId,
      tenant_id: finding.tenant_id,
      site_id: finding.site_id,
      is_demonstration: finding.is_demonstration,
      finding_count: 1,
    });
  for (const entity of view.entities) {
    const key = entityKey(finding, entity);
    const places = known.entities.get(key) ?? [];
    const first = finding.first_seen_at.getTime();
    const last = finding.last_seen_at.getTime();
    const there = places.find((place) => place.incident_id === incidentId && place.role === entity.role);
    if (!places.some((place) => place.incident_id === incidentId))
      known.sharedBy.set(key, (known.sharedBy.get(key) ?? 0) + 1);
    if (there) {
      there.first_seen_at = Math.min(there.first_seen_at, first);
      there.last_seen_at = Math.max(there.last_seen_at, last);
      there.last_finding_id = finding.id;
    } else {
      const { type, value, role } = entity;
      places.push({
        incident_id: incidentId,
        type,
        value,
        role,
        first_seen_at: first,
        last_seen_at: last,
        last_finding_id: finding.id,
      });
      known.entities.set(key, places);
    }
  }
}
