import type { Tx } from '../db/index.ts';
import { findingsByIds } from '../detect/index.ts';
import type { Finding } from '../schema/finding.ts';
import type { Incident } from '../schema/incident.ts';
import { deleteIncidentClaims, takeIncidentClaims, type IncidentChange } from './store/incident-claims.ts';

/** A change of an incident that one taker holds until its transaction ends. */
export interface ClaimedIncident {
  incident: Incident;
  /** Its findings as they are now; of a large incident the 200 worst and newest. */
  findings: Finding[];
  change: IncidentChange;
  claim_ids: readonly number[];
}

const findingsEach = 200;

/**
 * What happened to incidents since the last taking, for up to `limit` incidents. The growth of one incident is one
 * item (opened, else grew, else updated); a verdict and the closing follow as items of their own. Nobody else gets
 * the same incident until this transaction ends.
 */
export async function claimIncidents(tx: Tx, limit: number): Promise<ClaimedIncident[]> {
  const claims = await takeIncidentClaims(tx, limit, findingsEach);
  if (claims.length === 0) return [];
  const byIncident = Map.groupBy(claims, (claim) => claim.id);
  const findingIds = [...byIncident.values()].flatMap(([first]) => first?.finding_ids ?? []);
  const findings = new Map((await findingsByIds(tx, findingIds)).map((finding) => [finding.id, finding]));
  return [...byIncident.values()].flatMap((ofOne) => {
    const [first] = ofOne;
    if (!first) return [];
    const { claim_id: _, change: _change, finding_ids: ids, ...incident } = first;
    const ofIt = ids.flatMap((id) => findings.get(id) ?? []);
    return itemsOf(ofOne).map((item) => ({ incident, findings: ofIt, ...item }));
  });
}

/** Removes what was claimed, in the transaction that acted on it. */
export async function settleIncidents(tx: Tx, claimed: readonly ClaimedIncident[]): Promise<void> {
  const ids = claimed.flatMap((item) => item.claim_ids);
  if (ids.length > 0) await deleteIncidentClaims(tx, ids);
}

const growth: readonly IncidentChange[] = ['opened', 'grew', 'updated'];

function itemsOf(
  claims: readonly { claim_id: number; change: IncidentChange }[],
): { change: IncidentChange; claim_ids: number[] }[] {
  const idsOf = (wanted: readonly IncidentChange[]) =>
    claims.filter((claim) => wanted.includes(claim.change)).map((claim) => claim.claim_id);
  const first = growth.find((change) => claims.some((claim) => claim.change === change));
  const items: { change: IncidentChange; claim_ids: number[] }[] = first
    ? [{ change: first, claim_ids: idsOf(growth) }]
    : [];
  for (const change of ['verdict', 'closed'] as const) {
    const ids = idsOf([change]);
    if (ids.length > 0) items.push({ change, claim_ids: ids });
  }
  return items;
}
