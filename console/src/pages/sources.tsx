import { addSource, listSources, removeSource, startDemonstration, type WireSource } from '../../../src/api/sources.ts';
import { useCall, useEdit, useMay } from '../queries.ts';
import { Badge, type Tone } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { ConfirmButton } from '../ui/confirm.tsx';
import { Empty, Loaded, Problem } from '../ui/states.tsx';
import { Moment } from '../ui/time.tsx';
import { useTitle } from '../ui/title.ts';
import { visible } from '../ui/visible.ts';
import { AddSource } from './add-source.tsx';

const tones: Record<string, Tone> = { running: 'ok', quiet: 'warn', failed: 'bad', stopped: 'soft' };

export function SourcesPage() {
  const sources = useCall(listSources, {});
  const demonstrate = useEdit(startDemonstration);
  const mayManage = useMay('source.manage');
  const add = useEdit(addSource);
  useTitle('Sources');
  const hasDemonstration = sources.data?.items.some((source) => source.is_demonstration) ?? true;
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h1 className="text-lg font-semibold">Sources</h1>
        {mayManage && !hasDemonstration && (
          <Button onClick={() => demonstrate.mutate({ call: {} })} disabled={demonstrate.isPending}>
            {demonstrate.isPending ? 'Starting …' : 'Start the demonstration'}
          </Button>
        )}
      </div>
      {demonstrate.error && <Problem error={demonstrate.error} />}
      {mayManage && <AddSource add={add} />}
      <div className="panel overflow-hidden">
        <Loaded query={sources}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="No source yet.">Add a log file or a syslog port above, or post events to /v1/events.</Empty>
            ) : (
              <table className="w-full">
                <thead>
                  <tr>
                    <th className="head">Source</th>
                    <th className="head max-sm:hidden">State</th>
                    <th className="head max-lg:hidden">What is promised</th>
                    <th className="head text-right! max-sm:hidden">Events</th>
                    <th className="head text-right! max-lg:hidden">Lost</th>
                    <th className="head text-right! max-lg:hidden">Last event</th>
                    <th className="head">
                      <span className="sr-only">Actions</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((source) => (
                    <Row key={source.id} source={source} mayManage={mayManage} />
                  ))}
                </tbody>
              </table>
            )
          }
        </Loaded>
      </div>
    </div>
  );
}

function Row({ source, mayManage }: { source: WireSource; mayManage: boolean }) {
  const remove = useEdit(removeSource);
  const isInternal = source.kind === 'internal';
  const state = isInternal ? (
    <Badge tone="soft">built in</Badge>
  ) : (
    <>
      <Badge tone={tones[source.state] ?? 'soft'}>{source.state}</Badge>
      {source.detail && <p className="text-soft mt-1">{visible(source.detail)}</p>}
    </>
  );
  return (
    <tr>
      <td className="cell">
        <span className="font-medium">{visible(source.name)}</span>{' '}
        {source.is_demonstration && <Badge tone="info">demonstration</Badge>}
        <p className="text-soft font-mono text-[12.5px]">
          {source.kind} {visible(source.address)} · read as {source.format}
        </p>
        {isInternal && (
          <p className="text-soft">What Firebreak tells about itself, such as a source that went quiet.</p>
        )}
        <div className="mt-1 space-y-1 sm:hidden">
          {state}
          <p className="text-soft">
            {source.event_count} events, {source.lost_count} lost, last{' '}
            <Moment at={source.last_event_at} show="relative" />
          </p>
        </div>
      </td>
      <td className="cell max-w-[20rem] max-sm:hidden">{state}</td>
      <td className="cell text-soft max-w-[22rem] max-lg:hidden">
        {source.guarantee} The sender is{' '}
        {source.channel_trust === 'authenticated' ? 'known' : 'not known: it can at most suggest'}.
      </td>
      <td className="cell text-right! tabular-nums max-sm:hidden">{source.event_count}</td>
      <td className="cell text-right! tabular-nums max-lg:hidden">{source.lost_count}</td>
      <td className="cell text-soft text-right! max-lg:hidden">
        <Moment at={source.last_event_at} show="relative" />
      </td>
      <td className="cell text-right!">
        {mayManage && !source.is_demonstration && !isInternal && (
          <ConfirmButton
            label="Remove"
            name={`Remove ${visible(source.name)}`}
            title={`Stop reading ${visible(source.name)}`}
            act={() => remove.mutateAsync({ call: { params: { id: source.id } } })}
          >
            Its events, findings and incidents stay.
          </ConfirmButton>
        )}
      </td>
    </tr>
  );
}
