import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { denyAddress, listContainments } from '../../../src/api/containments.ts';
import { useCall, useEdit, useMay } from '../queries.ts';
import { ConfirmButton } from '../ui/confirm.tsx';
import { Empty, Loaded } from '../ui/states.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { useRowKeys } from '../ui/keys.ts';
import { useTitle } from '../ui/title.ts';
import { ContainmentTable } from './containment-table.tsx';

const scopes = [
  { value: 'live', label: 'In force' },
  { value: 'waiting', label: 'Awaiting approval' },
  { value: 'all', label: 'All, with shadow' },
] as const;

const empty = {
  live: [
    'Nothing is denied now.',
    'What Firebreak enforces stands here: who, why, until when, and whether it is true.',
  ],
  waiting: ['Nothing awaits approval.', 'What a rule armed at “approve” wants to deny waits here for a person.'],
  all: ['Nothing was ever denied.', 'In shadow, this is where you see what would have been.'],
} as const;

const route = getRouteApi('/containments');

export function ContainmentsPage() {
  const search = route.useSearch();
  const scope = search.scope === 'waiting' || search.scope === 'all' ? search.scope : 'live';
  const navigate = useNavigate();
  const mayDeny = useMay('containment.deny');
  useTitle('Containments');
  useRowKeys();
  const containments = useCall(listContainments, {
    query: { scope, limit: 200 },
  });
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center justify-between gap-2">
        <h1 className="text-lg font-semibold">Containments</h1>
        <div className="flex flex-wrap gap-2">
          <Tabs
            label="Which containments"
            options={scopes}
            value={scope}
            choose={(value) => void navigate({ to: '/containments', search: { scope: value } })}
          />
          {mayDeny && <DenyForm />}
        </div>
      </div>
      <div className="panel overflow-hidden">
        <Loaded query={containments}>
          {({ items, next_cursor }) =>
            items.length === 0 ? (
              <Empty title={empty[scope][0]}>{empty[scope][1]}</Empty>
            ) : (
              <>
                <ContainmentTable items={items} />
                {next_cursor && <p className="text-soft px-4 py-2">The newest 200; the API and the CLI have all.</p>}
              </>
            )
          }
        </Loaded>
      </div>
    </>
  );
}

const durations = [
  [600, '10 minutes'],
  [3_600, '1 hour'],
  [86_400, '24 hours'],
] as const;

function DenyForm() {
  const deny = useEdit(denyAddress);
  const [target, setTarget] = useState('');
  const [durationS, setDuration] = useState(3_600);
  return (
    <ConfirmButton
      label="Deny an address"
      title="Deny an address"
      look="main"
      reasonLabel="Reason"
      act={(reason) => deny.mutateAsync({ call: { body: { target, duration_s: durationS, reason } } })}
    >
      <div className="space-y-3">
        <label className="block space-y-1">
          <span className="label">Address or range</span>
          <input
            className="field font-mono"
            required
            placeholder="203.0.113.7 or 203.0.113.0/28"
            value={target}
            onChange={(event) => setTarget(event.target.value.trim())}
          />
        </label>
        <label className="block space-y-1">
          <span className="label">For</span>
          <select className="field" value={durationS} onChange={(event) => setDuration(Number(event.target.value))}>
            {durations.map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <p>The guardrails decide; a refusal says which one and why.</p>
      </div>
    </ConfirmButton>
  );
}
