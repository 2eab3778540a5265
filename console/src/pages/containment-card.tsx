import type { WireContainment } from '../../../src/api/containments.ts';
import { Badge, type Tone } from '../ui/badge.tsx';
import { Countdown, duration, Moment, useNow } from '../ui/time.tsx';
import { visible } from '../ui/visible.ts';
import { useActorName } from './actor.ts';
import { ContainmentActions } from './containment-actions.tsx';
import { Decision } from './decision.tsx';
import { standingOf } from './standing.ts';

const edges: Record<Tone, string> = {
  bad: 'border-l-bad',
  warn: 'border-l-warn',
  ok: 'border-l-ok',
  info: 'border-l-info',
  soft: 'border-l-edge',
};

/** What was done, whether it is true, until when, and the way to undo it. `since` is the first event of the attack. */
export function ContainmentCard({ containment, since }: { containment: WireContainment; since: string }) {
  const standing = standingOf(containment);
  const nameOf = useActorName();
  const delayMs = containment.in_force_at ? Date.parse(containment.in_force_at) - Date.parse(since) : undefined;
  return (
    <div className={`border-l-4 px-4 py-3 ${edges[standing.tone]}`}>
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="min-w-0 space-y-1">
          <p className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
            <span className="font-mono text-base font-semibold">{visible(containment.target)}</span>
            <Badge tone={standing.tone}>{standing.headline}</Badge>
          </p>
          <p className="text-soft">{visible(standing.detail)}</p>
        </div>
        <ContainmentActions containment={containment} />
      </div>
      {standing.isLive && <Term containment={containment} />}
      <p className="text-soft mt-2">
        {visible(containment.reason)}
        {'. '}
        {containment.level === 'shadow' ? 'Noted' : 'Ordered'} by {nameOf(containment.requested_by)}
        {delayMs !== undefined && delayMs >= 0 && <>, in force {duration(delayMs)} after the first event</>}
        {containment.released_at && (
          <>
            , let go <Moment at={containment.released_at} show="relative" />
            {containment.released_by && <> by {nameOf(containment.released_by)}</>}
          </>
        )}
        {containment.refire_count > 0 && (
          <>; fired again {containment.refire_count === 1 ? 'once' : `${containment.refire_count} times`}</>
        )}
        .
      </p>
      <div className="mt-2">
        <Decision containment={containment} />
      </div>
    </div>
  );
}

/** How much of its time is left. */
function Term({ containment }: { containment: WireContainment }) {
  const now = useNow();
  const end = containment.expires_at ? Date.parse(containment.expires_at) : undefined;
  const begin = Date.parse(containment.ordered_at ?? containment.created_at);
  const left = end === undefined ? 1 : Math.min(1, Math.max(0, (end - now) / (end - begin)));
  return (
    <div className="mt-2 flex flex-wrap items-center gap-x-3 gap-y-1">
      <meter
        aria-label="Share of its time that is left"
        className="term h-1.5 w-40 max-w-full"
        min={0}
        max={1}
        value={left}
      />
      <span className="font-medium">
        <Countdown until={containment.expires_at} />
      </span>
      <span className="text-soft">
        lifts by itself at <Moment at={containment.expires_at} show="clock" /> UTC
      </span>
    </div>
  );
}
