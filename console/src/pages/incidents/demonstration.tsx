import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { listContainments } from '../../../../src/api/containments.ts';
import { listIncidents } from '../../../../src/api/incidents.ts';
import { removeDemonstration, type Demonstration } from '../../../../src/api/sources.ts';
import { useCall, useEdit, useMay } from '../../queries.ts';
import { SeverityBadge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Section } from '../../ui/section.tsx';
import { Problem } from '../../ui/states.tsx';
import { visible } from '../../ui/visible.ts';
import { ContainmentCard } from '../containment-card.tsx';
import { standingOf } from '../standing.ts';

const places = {
  nftables:
    'The packets are really dropped by nftables, in network namespaces of their own; this host’s firewall is untouched.',
  recorder: 'Nothing is dropped here: the containment is only written down by a recorder.',
};

/** The whole loop on the first screen: attack, findings, incident, containment with its proof, its end and the way to undo it. */
export function DemonstrationPanel({ demonstration }: { demonstration: Demonstration }) {
  const remove = useEdit(removeDemonstration);
  const mayRemove = useMay('source.manage');
  const incidents = useCall(listIncidents, { query: { limit: 100, open: 'true' } });
  const containments = useCall(listContainments, { query: { scope: 'all', limit: 200 } });
  const incident = incidents.data?.items.find((one) => one.is_demonstration);
  const those = containments.data?.items.filter((one) => incident && one.incident_id === incident.id) ?? [];
  const containment = those.find((one) => standingOf(one).isLive) ?? those[0];
  const hasFailed = demonstration.state === 'failed';
  return (
    <Section
      title="Demonstration: an SSH brute force of our own making"
      aside={
        mayRemove && (
          <Button onClick={() => remove.mutate({ call: {} })} disabled={remove.isPending}>
            {remove.isPending ? 'Removing …' : 'Remove the demonstration'}
          </Button>
        )
      }
    >
      {remove.error && (
        <div className="px-4 pb-3">
          <Problem error={remove.error} />
        </div>
      )}
      <ol className="border-line border-t">
        <Step name="Attack" state={hasFailed ? 'failed' : 'done'}>
          {visible(demonstration.detail) || 'Being set up …'}{' '}
          <span className="text-soft">{demonstration.enforcement && places[demonstration.enforcement]}</span>
        </Step>
        <Step name="Findings" state={incident ? 'done' : 'waiting'}>
          {incident ? (
            <>
              {incident.finding_count} {incident.finding_count === 1 ? 'rule' : 'rules'} fired; the log lines are kept
              as evidence.
            </>
          ) : (
            <span className="text-soft">Watching the log, line by line …</span>
          )}
        </Step>
        <Step name="Incident" state={incident ? 'done' : 'waiting'}>
          {incident && (
            <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
              <Link to="/incidents/$id" params={{ id: incident.id }} className="font-medium">
                {visible(incident.title)}
              </Link>
              <SeverityBadge id={incident.severity_id} />
              <span className="text-soft">risk {Math.round(incident.risk_score)} of 100</span>
            </span>
          )}
        </Step>
        <Step name="Containment" state={containment ? 'done' : 'waiting'} />
      </ol>
      {incident && containment && <ContainmentCard containment={containment} since={incident.first_seen_at} />}
    </Section>
  );
}

const marks = {
  done: { mark: '✓', className: 'text-ok', word: 'done' },
  waiting: { mark: '○', className: 'text-soft', word: 'to come' },
  failed: { mark: '✕', className: 'text-bad', word: 'failed' },
};

function Step({ name, state, children }: { name: string; state: keyof typeof marks; children?: ReactNode }) {
  const { mark, className, word } = marks[state];
  return (
    <li className="grid grid-cols-[1rem_6.5rem_1fr] gap-x-2 px-4 py-1.5 first:pt-3 max-sm:grid-cols-[1rem_1fr]">
      <span className={className}>
        <span aria-hidden>{mark}</span>
        <span className="sr-only">{word}:</span>
      </span>
      <span className="font-medium">{name}</span>
      <span className="max-sm:col-start-2">{children}</span>
    </li>
  );
}
