import { useState } from 'react';
import {
  addNote,
  assignIncident,
  declareIncident,
  setIncidentStatus,
  setVerdict,
  type WireIncident,
} from '../../../../src/api/incidents.ts';
import { Verdict, type IncidentStatus } from '../../../../src/schema/incident.ts';
import { useEdit, useMay, useMe } from '../../queries.ts';
import { words } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ConfirmButton } from '../../ui/confirm.tsx';
import { Problem } from '../../ui/states.tsx';

/** The next states that people choose from; the server has the last word. */
const nextStatus: Record<IncidentStatus, readonly { to: IncidentStatus; label: string }[]> = {
  new: [{ to: 'in_progress', label: 'Start work' }],
  in_progress: [
    { to: 'on_hold', label: 'Put on hold' },
    { to: 'resolved', label: 'Resolve' },
  ],
  on_hold: [{ to: 'in_progress', label: 'Go on' }],
  resolved: [
    { to: 'in_progress', label: 'Reopen' },
    { to: 'closed', label: 'Close' },
  ],
  closed: [],
};

/** Every edit says which revision it was decided on; one that changed meanwhile is shown and asked again. */
export function IncidentActions({ incident }: { incident: WireIncident }) {
  const me = useMe();
  const assign = useEdit(assignIncident);
  const declare = useEdit(declareIncident);
  const advance = useEdit(setIncidentStatus);
  const note = useEdit(addNote);
  const params = { id: incident.id };
  const seen = { ifMatch: incident.revision };
  const mayWrite = useMay('incident.write');
  const name = me.data?.name;
  return (
    <div className="flex flex-wrap items-center gap-2">
      {mayWrite && (
        <>
          {name !== undefined && incident.assignee !== name && (
            <Button
              disabled={assign.isPending}
              onClick={() => assign.mutate({ call: { params, body: { assignee: name } }, ...seen })}
            >
              Assign to me
            </Button>
          )}
          {incident.stage === 'suspected' && incident.status !== 'closed' && (
            <ConfirmButton
              label="Declare"
              title={`Declare incident ${incident.number}`}
              reasonLabel="Why it is one"
              act={(reason) => declare.mutateAsync({ call: { params, body: { reason } }, ...seen })}
            >
              From now on this is an incident, not a suspicion. Reporting clocks start here.
            </ConfirmButton>
          )}
          {nextStatus[incident.status].map(({ to, label }) => (
            <ConfirmButton
              key={to}
              label={label}
              title={`${label}: incident ${incident.number}`}
              reasonLabel="Reason"
              act={(reason) => advance.mutateAsync({ call: { params, body: { status: to, reason } }, ...seen })}
            />
          ))}
          <VerdictChoice incident={incident} />
          <ConfirmButton
            label="Add a note"
            title="Note for the timeline"
            reasonLabel="Text"
            act={(text) => note.mutateAsync({ call: { params, body: { text } } })}
          />
        </>
      )}
      <a
        className="border-line bg-raised hover:border-edge text-ink rounded border px-2.5 py-1 hover:no-underline"
        href={`/v1/incidents/${incident.id}/report.md`}
        download={`incident-${incident.number}.md`}
      >
        Report
      </a>
      {assign.error && <Problem error={assign.error} />}
    </div>
  );
}

function VerdictChoice({ incident }: { incident: WireIncident }) {
  const edit = useEdit(setVerdict);
  const [verdict, choose] = useState<Verdict>(incident.verdict ?? 'true_positive');
  return (
    <ConfirmButton
      label="Verdict"
      title={`What was incident ${incident.number}?`}
      act={() =>
        edit.mutateAsync({
          call: { params: { id: incident.id }, body: { verdict, note: '' } },
          ifMatch: incident.revision,
        })
      }
    >
      <label className="block space-y-1">
        <span className="label">Verdict</span>
        <select className="field" value={verdict} onChange={(event) => choose(Verdict.parse(event.target.value))}>
          {Verdict.options.map((option) => (
            <option key={option} value={option}>
              {words(option)}
            </option>
          ))}
        </select>
      </label>
      {verdict === 'false_positive' && (
        <p className="mt-2">
          Everything this incident caused is released, and its blocks do not count for repeat offenders.
        </p>
      )}
    </ConfirmButton>
  );
}
