import { useState, type FormEvent } from 'react';
import { addSource, listSources, removeSource, startDemonstration, type WireSource } from '../../../src/api/sources.ts';
import { useCall, useEdit } from '../queries.ts';
import { Badge, type Tone } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { ConfirmButton } from '../ui/confirm.tsx';
import { Empty, Loaded, Problem } from '../ui/states.tsx';
import { Moment } from '../ui/time.tsx';

const tones: Record<string, Tone> = { reading: 'ok', waiting: 'soft', quiet: 'warn', failed: 'bad', off: 'soft' };

export function SourcesPage() {
  const sources = useCall(listSources, {});
  const demonstrate = useEdit(startDemonstration);
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h1 className="text-lg font-semibold">Sources</h1>
        <Button onClick={() => demonstrate.mutate({})} disabled={demonstrate.isPending}>
          Start the demonstration
        </Button>
      </div>
      {demonstrate.error && <Problem error={demonstrate.error} />}
      <AddSource />
      <div className="panel overflow-x-auto">
        <Loaded query={sources}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="No source yet.">Add a log file or a syslog port above, or post events to /v1/events.</Empty>
            ) : (
              <table className="w-full min-w-[56rem]">
                <thead>
                  <tr>
                    <th className="head">Source</th>
                    <th className="head">State</th>
                    <th className="head">Format</th>
                    <th className="head">Promise</th>
                    <th className="head text-right!">Events</th>
                    <th className="head text-right!">Lost</th>
                    <th className="head">Last event</th>
                    <th className="head">
                      <span className="sr-only">Actions</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((source) => (
                    <Row key={source.id} source={source} />
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

function Row({ source }: { source: WireSource }) {
  const remove = useEdit(removeSource);
  return (
    <tr>
      <td className="cell">
        <span className="font-medium">{source.name}</span>{' '}
        {source.is_demonstration && <Badge tone="info">demonstration</Badge>}
        <br />
        <span className="text-soft font-mono text-[12.5px]">
          {source.kind} {source.address}
        </span>
      </td>
      <td className="cell max-w-[22rem]">
        <Badge tone={tones[source.state] ?? 'soft'}>{source.state}</Badge>
        {source.detail && <p className="text-soft mt-1">{source.detail}</p>}
      </td>
      <td className="cell">{source.format}</td>
      <td className="cell text-soft">
        {source.guarantee}; {source.channel_trust}
      </td>
      <td className="cell text-right tabular-nums">{source.event_count}</td>
      <td className="cell text-right tabular-nums">{source.lost_count}</td>
      <td className="cell text-soft">
        <Moment at={source.last_event_at} relative />
      </td>
      <td className="cell text-right">
        {!source.is_demonstration && source.kind !== 'internal' && (
          <ConfirmButton
            label="Remove"
            title={`Stop reading ${source.name}`}
            act={() => remove.mutateAsync({ params: { id: source.id } })}
          >
            Its events, findings and incidents stay.
          </ConfirmButton>
        )}
      </td>
    </tr>
  );
}

const kinds = [
  { kind: 'file', label: 'Log file', hint: '/var/log/auth.log' },
  { kind: 'syslog-udp', label: 'Syslog over UDP', hint: '127.0.0.1:5514' },
  { kind: 'syslog-tcp', label: 'Syslog over TCP', hint: '127.0.0.1:5514' },
] as const;

function AddSource() {
  const add = useEdit(addSource);
  const [kind, setKind] = useState<(typeof kinds)[number]['kind']>('file');
  const [address, setAddress] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate({ body: { kind, name: address, address } }, { onSuccess: () => setAddress('') });
  };
  return (
    <form onSubmit={submit} className="panel flex flex-wrap items-end gap-3 p-4">
      <label className="space-y-1">
        <span className="label block">Kind</span>
        <select
          className="field"
          value={kind}
          onChange={(event) => setKind(kinds.find((entry) => entry.kind === event.target.value)?.kind ?? 'file')}
        >
          {kinds.map((entry) => (
            <option key={entry.kind} value={entry.kind}>
              {entry.label}
            </option>
          ))}
        </select>
      </label>
      <label className="min-w-64 flex-1 space-y-1">
        <span className="label block">{kind === 'file' ? 'Absolute path' : 'Address and port'}</span>
        <input
          className="field font-mono"
          required
          placeholder={kinds.find((entry) => entry.kind === kind)?.hint}
          value={address}
          onChange={(event) => setAddress(event.target.value)}
        />
      </label>
      <Button type="submit" look="main" className="py-1.5" disabled={add.isPending}>
        Add the source
      </Button>
      {add.error && (
        <div className="w-full">
          <Problem error={add.error} />
        </div>
      )}
    </form>
  );
}
