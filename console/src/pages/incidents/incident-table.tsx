import { Link } from '@tanstack/react-router';
import type { WireContainment } from '../../../../src/api/containments.ts';
import type { WireIncident } from '../../../../src/api/incidents.ts';
import { Badge, SeverityBadge, words } from '../../ui/badge.tsx';
import { Countdown, Moment } from '../../ui/time.tsx';
import { visible } from '../../ui/visible.ts';
import { standingOf } from '../standing.ts';

export function IncidentTable(props: { items: readonly WireIncident[]; containments: readonly WireContainment[] }) {
  return (
    <table className="w-full">
      <thead>
        <tr>
          <th className="head max-sm:hidden">Severity</th>
          <th className="head">Incident</th>
          <th className="head max-lg:hidden">Response</th>
          <th className="head text-right! max-sm:hidden">Risk</th>
          <th className="head text-right! max-lg:hidden">Events</th>
          <th className="head max-sm:hidden">Status</th>
          <th className="head text-right! max-sm:hidden">Last seen</th>
        </tr>
      </thead>
      <tbody>
        {props.items.map((incident) => (
          <Row
            key={incident.id}
            incident={incident}
            containments={props.containments.filter((one) => one.incident_id === incident.id)}
          />
        ))}
      </tbody>
    </table>
  );
}

function Row({ incident, containments }: { incident: WireIncident; containments: readonly WireContainment[] }) {
  const status = (
    <span className="inline-flex flex-wrap gap-1">
      {incident.stage === 'declared' && <Badge tone="bad">declared</Badge>}
      <Badge tone="soft">{words(incident.verdict ?? incident.status)}</Badge>
    </span>
  );
  const response = <Responses containments={containments} />;
  const lastSeen = <Moment at={incident.last_seen_at} show="relative" />;
  return (
    <tr className="hover:bg-raised/40 focus-within:bg-raised/70">
      <td className="cell max-sm:hidden">
        <SeverityBadge id={incident.severity_id} />
      </td>
      <td className="cell">
        <Link data-row to="/incidents/$id" params={{ id: incident.id }} className="text-ink font-medium">
          {visible(incident.title)}
        </Link>
        <p className="text-soft">
          <span className="tabular-nums">#{incident.number}</span> ·{' '}
          <span className="font-mono text-[13px]">{visible(incident.entity_value)}</span>
          {incident.assignee && <> · {visible(incident.assignee)}</>}
          {incident.is_demonstration && (
            <>
              {' '}
              · <span className="text-info">demonstration</span>
            </>
          )}
        </p>
        <div className="mt-1.5 lg:hidden">{response}</div>
        <p className="mt-1.5 flex flex-wrap items-center gap-x-2 gap-y-1 sm:hidden">
          <SeverityBadge id={incident.severity_id} />
          {status}
          <span className="text-soft">{lastSeen}</span>
        </p>
      </td>
      <td className="cell max-lg:hidden">{response}</td>
      <td className="cell text-right! tabular-nums max-sm:hidden">{Math.round(incident.risk_score)}</td>
      <td className="cell text-right! tabular-nums max-lg:hidden">
        {incident.finding_count > 1 && '≥ '}
        {incident.event_count}
      </td>
      <td className="cell max-sm:hidden">{status}</td>
      <td className="cell text-soft text-right! max-sm:hidden">{lastSeen}</td>
    </tr>
  );
}

/** What was done about it, at a glance: the first that is live, else the newest. */
function Responses({ containments }: { containments: readonly WireContainment[] }) {
  const shown = containments.find((one) => standingOf(one).isLive) ?? containments[0];
  if (!shown) return <span className="text-soft">nothing contained</span>;
  const standing = standingOf(shown);
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
      <Badge tone={standing.tone}>{standing.headline}</Badge>
      {standing.isLive && (
        <span className="text-soft">
          <Countdown until={shown.expires_at} />
        </span>
      )}
      {containments.length > 1 && <span className="text-soft">and {containments.length - 1} more</span>}
    </span>
  );
}
