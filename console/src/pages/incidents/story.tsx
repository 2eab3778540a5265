import { Link } from '@tanstack/react-router';
import type { WireContainment } from '../../../../src/api/containments.ts';
import type { IncidentDetail, WireIncident } from '../../../../src/api/incidents.ts';
import { Empty } from '../../ui/states.tsx';
import { duration, Moment } from '../../ui/time.tsx';
import { visible } from '../../ui/visible.ts';
import { ContainmentCard } from '../containment-card.tsx';
import { awaitsPerson } from '../standing.ts';

const longest = 60;

function short(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/** The incident in a few sentences: the worst findings, who against whom, when. */
export function WhatHappened({ data }: { data: IncidentDetail }) {
  const { incident, findings, entities } = data;
  const worst = findings.toSorted((one, other) => other.severity_id - one.severity_id).slice(0, 3);
  const lastedMs = Date.parse(incident.last_seen_at) - Date.parse(incident.first_seen_at);
  const named = (roles: readonly string[]) => {
    const values = entities
      .filter((entity) => roles.includes(entity.role))
      .map((entity) => short(visible(entity.value)));
    const more = values.length - 4;
    return values.slice(0, 4).join(', ') + (more > 0 ? ` and ${more} more` : '');
  };
  const actors = named(['actor']);
  const hit = named(['victim', 'target']);
  return (
    <div className="border-line space-y-3 border-t px-4 py-3">
      <ul className="space-y-1.5">
        {worst.map((finding) => (
          <li key={finding.id}>{visible(finding.message)}.</li>
        ))}
        {findings.length > worst.length && (
          <li className="text-soft">and {findings.length - worst.length} more findings below</li>
        )}
      </ul>
      <dl className="grid grid-cols-[5.5rem_1fr] gap-x-2 gap-y-1">
        <dt className="text-soft">From</dt>
        <dd className="font-mono text-[13px]">{actors || visible(incident.entity_value)}</dd>
        {hit && (
          <>
            <dt className="text-soft">Against</dt>
            <dd className="font-mono text-[13px]">{hit}</dd>
          </>
        )}
        <dt className="text-soft">Seen</dt>
        <dd>
          <Moment at={incident.first_seen_at} />
          {lastedMs >= 1_000 && <>, for {duration(lastedMs)}</>}, last{' '}
          <Moment at={incident.last_seen_at} show="relative" />
        </dd>
        <dt className="text-soft">Size</dt>
        <dd>
          {incident.finding_count > 1 && 'at least '}
          {incident.event_count} events in {incident.finding_count}{' '}
          {incident.finding_count === 1 ? 'finding' : 'findings'}
        </dd>
      </dl>
    </div>
  );
}

/** What was done: live containments first, then what waits, then what was. */
export function Response({ items, incident }: { items: readonly WireContainment[]; incident: WireIncident }) {
  if (items.length === 0)
    return (
      <Empty title="Nothing was contained.">
        No playbook’s condition holds, or no value here has a role that may be acted on. You can{' '}
        <Link to="/containments" search={{ scope: 'live' }}>
          deny an address
        </Link>{' '}
        yourself.
      </Empty>
    );
  const rank = (one: WireContainment) =>
    one.status === 'in_force' || one.status === 'ordered' ? 0 : awaitsPerson(one) ? 1 : 2;
  return (
    <ul>
      {items
        .toSorted((one, other) => rank(one) - rank(other))
        .map((containment) => (
          <li key={containment.id} className="border-line border-t">
            <ContainmentCard containment={containment} since={incident.first_seen_at} />
          </li>
        ))}
    </ul>
  );
}
