import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { listContainments } from '../../../../src/api/containments.ts';
import { listIncidents, type WireIncident } from '../../../../src/api/incidents.ts';
import { useCall } from '../../queries.ts';
import { useRowKeys } from '../../ui/keys.ts';
import { Empty, Loaded } from '../../ui/states.tsx';
import { useSteady } from '../../ui/steady.ts';
import { Tabs } from '../../ui/tabs.tsx';
import { useTitle } from '../../ui/title.ts';
import { FirstSteps } from './first-steps.tsx';
import { IncidentTable } from './incident-table.tsx';

const shows = [
  { value: 'open', label: 'Open' },
  { value: 'closed', label: 'Resolved' },
  { value: 'all', label: 'All' },
] as const;

const route = getRouteApi('/incidents');

export function IncidentsPage() {
  const { show } = route.useSearch();
  const navigate = useNavigate();
  const open = show === 'open' ? 'true' : show === 'closed' ? 'false' : undefined;
  const incidents = useCall(listIncidents, { query: { limit: 100, ...(open && { open }) } });
  useTitle('Incidents');
  useRowKeys();
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
      <Loaded query={incidents}>
        {({ items, next_cursor }) => (
          <>
            <Queue items={items} show={show} />
            {next_cursor && <p className="text-soft px-4 py-2">The newest 100; the API and the CLI have all.</p>}
          </>
        )}
      </Loaded>
    </>
  );
}

/** Held while somebody reads or walks it: nothing moves under the pointer or the focus. */
function Queue({ items, show }: { items: readonly WireIncident[]; show: string }) {
  const [isPointed, point] = useState(false);
  const [isFocused, focus] = useState(false);
  const steady = useSteady(items, isPointed || isFocused, show);
  const containments = useCall(listContainments, { query: { scope: 'all', limit: 200 } });
  if (steady.items.length === 0)
    return (
      <div className="panel">
        <Empty title={show === 'open' ? 'Nothing is open.' : 'Nothing here yet.'}>
          Findings that belong together become one incident here, with the reason for each.
        </Empty>
      </div>
    );
  return (
    <div
      onPointerEnter={() => point(true)}
      onPointerLeave={() => point(false)}
      onFocus={() => focus(true)}
      onBlur={(event) => focus(event.currentTarget.contains(event.relatedTarget))}
    >
      <output className="block">
        {steady.waiting > 0 && (
          <button
            type="button"
            onClick={steady.show}
            className="bg-info/10 border-info/40 text-info mb-2 w-full rounded border px-3 py-1.5 font-medium"
          >
            {steady.waiting} new: show
          </button>
        )}
      </output>
      <div className="panel overflow-hidden">
        <IncidentTable items={steady.items} containments={containments.data?.items ?? []} />
      </div>
    </div>
  );
}
