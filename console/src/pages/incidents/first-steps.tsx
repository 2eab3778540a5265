import { Link } from '@tanstack/react-router';
import { getDemonstration, listSources, removeDemonstration } from '../../../../src/api/sources.ts';
import { useCall, useEdit } from '../../queries.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Problem } from '../../ui/states.tsx';

/** Above the queue while the demonstration is there or no real source is: what is going on, and the shortest way to the first real one. */
export function FirstSteps() {
  const demonstration = useCall(getDemonstration, {}, { refetchMs: 3_000 });
  const sources = useCall(listSources, {});
  const remove = useEdit(removeDemonstration);
  const isShown = demonstration.data !== undefined && demonstration.data.state !== 'absent';
  const hasReal = sources.data?.items.some(
    (source) => !source.is_demonstration && source.kind !== 'internal' && source.id !== 'source--firebreak',
  );
  if (!isShown && hasReal !== false) return null;
  return (
    <div className="mb-5 grid gap-3 lg:grid-cols-2">
      {isShown && demonstration.data && (
        <section aria-label="Demonstration" className="panel border-info/40! space-y-2 p-4">
          <h2 className="flex items-center gap-2 font-semibold">
            Demonstration <Badge tone="info">{demonstration.data.state}</Badge>
          </h2>
          <p className="text-soft">
            An SSH brute force of our own making, from 203.0.113.66.{' '}
            {demonstration.data.enforcement === 'nftables' &&
              'Its packets are really dropped by nftables, in network namespaces of its own; this host’s firewall is untouched. '}
            {demonstration.data.enforcement === 'recorder' &&
              'Nothing is dropped here: the containment is only written down. '}
            {demonstration.data.detail}
          </p>
          {remove.error && <Problem error={remove.error} />}
          <Button onClick={() => remove.mutate({})} disabled={remove.isPending}>
            {remove.isPending ? 'Removing …' : 'Remove the demonstration'}
          </Button>
        </section>
      )}
      {hasReal === false && (
        <section aria-label="First real source" className="panel space-y-2 p-4">
          <h2 className="font-semibold">Your first real source</h2>
          <p className="text-soft">
            One line in a terminal, or the form on <Link to="/sources">Sources</Link>. New rules only watch (shadow)
            until you arm them.
          </p>
          <pre className="bg-ground border-line overflow-x-auto rounded border p-2.5 font-mono text-[12.5px]">
            {`npx firebreak source add file /var/log/auth.log
npx firebreak source add syslog-udp 127.0.0.1:5514
curl -H "Authorization: Bearer $TOKEN" --data-binary @events.ndjson \\
  ${window.location.origin}/v1/events`}
          </pre>
        </section>
      )}
    </div>
  );
}
