import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { listIncidents, type WireIncident } from '../../../../src/api/incidents.ts';
import { useCall } from '../../queries.ts';
import { Badge, SeverityBadge, words } from '../../ui/badge.tsx';
import { useKeys } from '../../ui/keys.ts';
import { Empty, Loaded } from '../../ui/states.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { Moment } from '../../ui/time.tsx';
import { FirstSteps } from './first-steps.tsx';

const shows = [
  { value: 'open', label: 'Open' },
  { value: 'closed', label: 'Resolved and closed' },
  { value: 'all', label: 'All' },
] as const;

const route = getRouteApi('/incidents');

export function IncidentsPage() {
  const { show } = route.useSearch();
  const navigate = useNavigate();
  const open = show === 'open' ? 'true' : show === 'closed' ? 'false' : undefined;
  const incidents = useCall(listIncidents, { query: { limit: 100, ...(open && { open }) } });
  return (
    <>
      <FirstSteps />
      <div className="mb-3 flex flex-wrap items-center justify-between gap-2">
        <h1 className="text-lg font-semibold">Incidents</h1>
        <Tabs
          label="Which incidents"
          options={shows}
          value={show}
          choose={(value) => void navigate({ to: '/incidents', search: { show: value } })}
        />
      </div>
      <Loaded query={incidents}>{({ items }) => <IncidentTable items={items} show={show} />}</Loaded>
    </>
  );
}

function IncidentTable({ items, show }: { items: readonly WireIncident[]; show: string }) {
  const [row, setRow] = useState(0);
  const navigate = useNavigate();
  const at = Math.min(row, items.length - 1);
  useKeys({
    j: () => setRow(Math.min(items.length - 1, at + 1)),
    k: () => setRow(Math.max(0, at - 1)),
    Enter: () => {
      const chosen = items[at];
      if (chosen) void navigate({ to: '/incidents/$id', params: { id: chosen.id } });
    },
  });
  if (items.length === 0)
    return (
      <div className="panel">
        <Empty title={show === 'open' ? 'Nothing is open.' : 'Nothing here yet.'}>
          Findings that belong together become one incident here, with the reason for each.
        </Empty>
      </div>
    );
  return (
    <div className="panel overflow-x-auto">
      <table className="w-full min-w-[56rem] border-collapse">
        <thead>
          <tr>
            <th className="head">#</th>
            <th className="head">Severity</th>
            <th className="head">Incident</th>
            <th className="head">About</th>
            <th className="head text-right!">Risk</th>
            <th className="head text-right!">Events</th>
            <th className="head">Status</th>
            <th className="head">Last seen</th>
          </tr>
        </thead>
        <tbody>
          {items.map((incident, index) => (
            <tr
              key={incident.id}
              aria-selected={index === at}
              className={index === at ? 'bg-raised/70' : 'hover:bg-raised/40'}
            >
              <td className="cell text-soft tabular-nums">{incident.number}</td>
              <td className="cell">
                <SeverityBadge id={incident.severity_id} />
              </td>
              <td className="cell">
                <Link to="/incidents/$id" params={{ id: incident.id }} className="text-ink font-medium">
                  {incident.title}
                </Link>{' '}
                {incident.is_demonstration && <Badge tone="info">demonstration</Badge>}
              </td>
              <td className="cell font-mono text-[13px]">{incident.entity_value}</td>
              <td className="cell text-right tabular-nums">{Math.round(incident.risk_score)}</td>
              <td className="cell text-right tabular-nums">{incident.event_count}</td>
              <td className="cell">
                {incident.stage === 'declared' && <Badge tone="bad">declared</Badge>}{' '}
                <Badge tone="soft">{words(incident.verdict ?? incident.status)}</Badge>
              </td>
              <td className="cell text-soft">
                <Moment at={incident.last_seen_at} relative />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
