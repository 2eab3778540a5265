import type { Incident } from '../../schema/incident.ts';
import type { Facts } from './facts.ts';
import { riskOf } from './risk.ts';
import { severityOf } from './severity.ts';
import { titleOf } from './title.ts';

/** What scoring cannot read from the tables: the span of time that was added, and whether real findings came. */
export interface Span {
  firstSeenAt: Date;
  lastSeenAt: Date;
  isDemonstration: boolean;
}

/** Counts, scores and titles these incidents anew, and gives them as they are to be. A new one has revision 0 before. */
export function scoreIncidents(
  before: readonly Incident[],
  facts: ReadonlyMap<string, Facts>,
  spans: ReadonlyMap<string, Span>,
  atMs: number,
): Incident[] {
  return before.flatMap((incident): Incident[] => {
    const known = facts.get(incident.id);
    if (!known) return [];
    const span = spans.get(incident.id);
    const risk = riskOf(known);
    return [
      {
        ...incident,
        title: titleOf({
          rule: known.title,
          entityType: incident.entity_type,
          entityValue: incident.entity_value,
          victimHosts: known.victimHosts,
          victimUsers: known.victimUsers,
        }),
        severity_id: severityOf(known),
        risk_score: risk.score,
        risk_terms: risk.terms,
        finding_count: known.findingCount,
        event_count: known.eventCount,
        first_seen_at: earlier(incident.first_seen_at, span?.firstSeenAt),
        last_seen_at: later(incident.last_seen_at, span?.lastSeenAt),
        is_demonstration: incident.is_demonstration && (span?.isDemonstration ?? true),
        revision: incident.revision + 1,
        updated_at: new Date(atMs),
      },
    ];
  });
}

const earlier = (a: Date, b: Date | undefined) => (b && b < a ? b : a);
const later = (a: Date, b: Date | undefined) => (b && b > a ? b : a);
