import { Link } from '@tanstack/react-router';
import {
  approveContainment,
  refuseContainment,
  releaseContainment,
  type WireContainment,
} from '../../../src/api/containments.ts';
import type { ContainmentStatus } from '../../../src/schema/containment.ts';
import { useEdit } from '../queries.ts';
import { Badge, words, type Tone } from '../ui/badge.tsx';
import { ConfirmButton } from '../ui/confirm.tsx';
import { Countdown, Moment } from '../ui/time.tsx';

const statusTones: Record<ContainmentStatus, Tone> = {
  proposed: 'soft',
  awaiting_approval: 'warn',
  ordered: 'info',
  in_force: 'ok',
  releasing: 'info',
  released: 'soft',
  refused: 'soft',
  failed: 'bad',
  uncertain: 'warn',
  unverifiable: 'warn',
};

const live: readonly ContainmentStatus[] = ['ordered', 'in_force', 'uncertain', 'unverifiable'];

/** Who is denied, is it true, why, until when, and the way to let go. */
export function ContainmentTable({
  items,
  showIncident = true,
}: {
  items: readonly WireContainment[];
  showIncident?: boolean;
}) {
  return (
    <div className="overflow-x-auto">
      <table className="w-full min-w-[56rem]">
        <thead>
          <tr>
            <th className="head">Target</th>
            <th className="head">Status</th>
            <th className="head">Verified</th>
            <th className="head">Why</th>
            <th className="head">Ends</th>
            <th className="head">
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((containment) => (
            <Row key={containment.id} containment={containment} showIncident={showIncident} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ containment, showIncident }: { containment: WireContainment; showIncident: boolean }) {
  return (
    <tr>
      <td className="cell">
        <span className="font-mono text-[13px]">{containment.target}</span>
        <br />
        <span className="text-soft">{containment.kind}</span>{' '}
        {containment.is_demonstration && <Badge tone="info">demonstration</Badge>}
      </td>
      <td className="cell">
        {containment.level === 'shadow' ? (
          <Badge tone="soft">shadow: would have been denied</Badge>
        ) : (
          <Badge tone={statusTones[containment.status]}>{words(containment.status)}</Badge>
        )}
      </td>
      <td className="cell">
        <Verified containment={containment} />
      </td>
      <td className="cell max-w-[34rem]">
        {containment.reason}
        {showIncident && containment.incident_id && (
          <>
            {' '}
            <Link to="/incidents/$id" params={{ id: containment.incident_id }}>
              incident
            </Link>
          </>
        )}
        <Decision containment={containment} />
      </td>
      <td className="cell">
        {containment.released_at ? (
          <>
            <Moment at={containment.released_at} relative />
            <br />
            <span className="text-soft">{containment.release_reason}</span>
          </>
        ) : (
          <Countdown until={containment.expires_at} />
        )}
      </td>
      <td className="cell text-right">
        <Actions containment={containment} />
      </td>
    </tr>
  );
}

function Verified({ containment }: { containment: WireContainment }) {
  const { applied, effective, dropped_packets: dropped, detail } = containment.verification;
  if (containment.level === 'shadow') return <span className="text-soft">–</span>;
  return (
    <div className="space-y-1" title={detail}>
      <Badge tone={applied === 'yes' ? 'ok' : applied === 'no' ? 'bad' : 'soft'}>applied: {words(applied)}</Badge>{' '}
      <Badge tone={effective === 'yes' || effective === 'silent' ? 'ok' : effective === 'no' ? 'bad' : 'soft'}>
        effective: {words(effective)}
      </Badge>
      {dropped > 0 && <p className="text-soft tabular-nums">{dropped} packets dropped</p>}
    </div>
  );
}

function Decision({ containment }: { containment: WireContainment }) {
  if (containment.decision.length === 0) return null;
  return (
    <details>
      <summary className="text-accent">{containment.decision.length} checks</summary>
      <ul className="mt-1 space-y-1">
        {containment.decision.map((step) => (
          <li key={`${step.check} ${step.reason}`}>
            <Badge
              tone={
                step.outcome === 'pass'
                  ? 'ok'
                  : step.outcome === 'forbid'
                    ? 'bad'
                    : step.outcome === 'hold'
                      ? 'warn'
                      : 'soft'
              }
            >
              {step.outcome}
            </Badge>{' '}
            <span className="font-medium">{words(step.check)}</span> <span className="text-soft">{step.reason}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Actions({ containment }: { containment: WireContainment }) {
  const release = useEdit(releaseContainment);
  const approve = useEdit(approveContainment);
  const refuse = useEdit(refuseContainment);
  const call = (reason: string) => ({ params: { id: containment.id }, body: { reason } });
  return (
    <div className="flex justify-end gap-2">
      {containment.status === 'awaiting_approval' && (
        <>
          <ConfirmButton
            label="Approve"
            title={`Deny ${containment.target}`}
            look="main"
            reasonLabel="Reason"
            act={(reason) => approve.mutateAsync(call(reason))}
          >
            {containment.reason}
          </ConfirmButton>
          <ConfirmButton
            label="Refuse"
            title={`Do not deny ${containment.target}`}
            reasonLabel="Reason"
            act={(reason) => refuse.mutateAsync(call(reason))}
          />
        </>
      )}
      {containment.level !== 'shadow' && live.includes(containment.status) && (
        <ConfirmButton
          label="Release"
          title={`Release ${containment.target}`}
          look="danger"
          reasonLabel="Reason"
          presetReason="Released by hand"
          act={(reason) => release.mutateAsync(call(reason))}
        >
          Packets from and to {containment.target} pass again as soon as no other containment names it.
        </ConfirmButton>
      )}
    </div>
  );
}
