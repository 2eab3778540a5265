import type { Verdict, IncidentStatus } from '../../schema/incident.ts';
import type { RuleVerdict } from '../store/opening-facts.ts';

/** An open incident that findings of this batch may join. */
export interface KnownIncident {
  id: string;
  site_id: string;
  tenant_id: string;
  is_demonstration: boolean;
  finding_count: number;
}

/** An entity of an open incident that a finding of this batch names too. */
export interface KnownEntity {
  incident_id: string;
  type: string;
  value: string;
  role: string;
  first_seen_at: number;
  last_seen_at: number;
  last_finding_id: string;
}

export interface KnownAsset {
  roles: readonly string[];
  importance: number;
}

/** The last incident of an (entity, cause) that no open one holds. */
export interface FormerIncident {
  id: string;
  status: IncidentStatus;
  resolved_at: number | null;
  verdict: Verdict | null;
}

/** What is on record about the findings of a batch before it is grouped. */
export interface Known {
  /** By finding: the open incident it belongs to. */
  membership: Map<string, string>;
  /** By finding: its events counted in any incident so far. */
  counted: Map<string, number>;
  /** By pairKey: the open incident that holds it. */
  pairs: Map<string, string>;
  former: Map<string, FormerIncident>;
  incidents: Map<string, KnownIncident>;
  /** By entityKey: where it is named in the open incidents that share somebody who acts; of one that is everywhere, the newest. */
  entities: Map<string, KnownEntity[]>;
  /** By entityKey: open incidents that name it, whoever acts there; counted up to 16. */
  sharedBy: Map<string, number>;
  /** By entityKey: what the owner says about the asset or account. */
  assets: Map<string, KnownAsset>;
  /** What people said about incidents of these rules. */
  ruleVerdicts: readonly RuleVerdict[];
  /** By tenant: the last incident number that was given away; none yet, and it is not here. */
  lastNumbers: Map<string, number>;
}

export function pairKey(pair: {
  tenant_id: string;
  site_id: string;
  entity_type: string;
  entity_value: string;
  cause: string;
}): string {
  return JSON.stringify([pair.tenant_id, pair.site_id, pair.entity_type, pair.entity_value, pair.cause]);
}

export function entityKey(
  place: { tenant_id: string; site_id: string },
  entity: { type: string; value: string },
): string {
  return JSON.stringify([place.tenant_id, place.site_id, entity.type, entity.value]);
}
