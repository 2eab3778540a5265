import { Link } from '@tanstack/react-router';
import type { WireContainment } from '../../../src/api/containments.ts';
import { Badge } from '../ui/badge.tsx';
import { Countdown, Moment } from '../ui/time.tsx';
import { visible } from '../ui/visible.ts';
import { useActorName } from './actor.ts';
import { ContainmentActions } from './containment-actions.tsx';
import { Decision } from './decision.tsx';
import { standingOf } from './standing.ts';

/** Who is denied, is it true, why, until when, and the way to let go. */
export function ContainmentTable({ items }: { items: readonly WireContainment[] }) {
  return (
    <table className="w-full table-fixed">
      <thead>
        <tr>
          <th className="head w-[15rem] max-lg:w-auto">Target</th>
          <th className="head w-[19rem] max-lg:hidden">Standing</th>
          <th className="head max-lg:hidden">Why</th>
          <th className="head w-[9rem] max-lg:hidden">Ends</th>
          <th className="head w-[11.5rem] max-lg:w-[6.5rem]">
            <span className="sr-only">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((containment) => (
          <Row key={containment.id} containment={containment} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ containment }: { containment: WireContainment }) {
  const standing = standingOf(containment);
  const nameOf = useActorName();
  const stand = (
    <>
      <Badge tone={standing.tone}>{standing.headline}</Badge>
      {standing.detail && <p className="text-soft mt-1">{visible(standing.detail)}</p>}
    </>
  );
  const ends = containment.released_at ? (
    <>
      ended <Moment at={containment.released_at} show="relative" />
    </>
  ) : standing.isLive ? (
    <Countdown until={containment.expires_at} />
  ) : (
    <span className="text-soft">–</span>
  );
  const why = (
    <>
      <p>
        {containment.incident_id ? (
          <Link data-row to="/incidents/$id" params={{ id: containment.incident_id }}>
            {visible(containment.reason)}
          </Link>
        ) : (
          visible(containment.reason)
        )}
      </p>
      <p className="text-soft">Ordered by {nameOf(containment.requested_by)}</p>
      <Decision containment={containment} />
    </>
  );
  return (
    <tr>
      <td className="cell">
        <p className="font-mono text-[13px] font-medium">{visible(containment.target)}</p>
        <p className="text-soft">{containment.kind}</p>
        {containment.is_demonstration && <Badge tone="info">demonstration</Badge>}
        <div className="mt-1.5 space-y-1.5 lg:hidden">
          <div>{stand}</div>
          <div>{ends}</div>
          {why}
        </div>
      </td>
      <td className="cell max-lg:hidden">{stand}</td>
      <td className="cell max-lg:hidden">{why}</td>
      <td className="cell max-lg:hidden">{ends}</td>
      <td className="cell">
        <ContainmentActions containment={containment} />
      </td>
    </tr>
  );
}
