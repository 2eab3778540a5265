import { useState, type FormEvent } from 'react';
import type { addSource } from '../../../src/api/sources.ts';
import type { useEdit } from '../queries.ts';
import { Button } from '../ui/button.tsx';
import { Problem } from '../ui/states.tsx';

const kinds = [
  { kind: 'file', label: 'Log file', address: 'Absolute path', hint: '/var/log/auth.log' },
  { kind: 'syslog-udp', label: 'Syslog over UDP', address: 'Address and port', hint: '127.0.0.1:5514' },
  { kind: 'syslog-tcp', label: 'Syslog over TCP', address: 'Address and port', hint: '127.0.0.1:5514' },
  { kind: 'http', label: 'HTTP sender', address: 'Name', hint: 'web-1' },
] as const;

export function AddSource({ add }: { add: ReturnType<typeof useEdit<typeof addSource>> }) {
  const [kind, setKind] = useState<(typeof kinds)[number]>(kinds[0]);
  const [address, setAddress] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const body =
      kind.kind === 'http'
        ? { kind: kind.kind, name: address }
        : { kind: kind.kind, name: address.slice(-100), address };
    add.mutate({ call: { body } }, { onSuccess: () => setAddress('') });
  };
  return (
    <form onSubmit={submit} className="panel flex flex-wrap items-end gap-3 p-4">
      <label className="space-y-1 max-sm:w-full">
        <span className="label block">Kind</span>
        <select
          className="field"
          value={kind.kind}
          onChange={(event) => setKind(kinds.find((entry) => entry.kind === event.target.value) ?? kinds[0])}
        >
          {kinds.map((entry) => (
            <option key={entry.kind} value={entry.kind}>
              {entry.label}
            </option>
          ))}
        </select>
      </label>
      <label className="min-w-0 flex-1 space-y-1 max-sm:w-full max-sm:flex-none">
        <span className="label block">{kind.address}</span>
        <input
          className="field font-mono"
          required
          spellCheck={false}
          placeholder={kind.hint}
          value={address}
          onChange={(event) => setAddress(event.target.value)}
        />
      </label>
      <Button type="submit" look="main" className="py-1.5" disabled={add.isPending}>
        Add the source
      </Button>
      {kind.kind === 'http' && (
        <p className="text-soft w-full">
          It posts NDJSON to <code>{window.location.origin}/v1/events</code> with a token of the scope event.write.
        </p>
      )}
      {add.error && (
        <div className="w-full">
          <Problem error={add.error} />
        </div>
      )}
    </form>
  );
}
