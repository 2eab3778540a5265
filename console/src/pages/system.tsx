import type { ReactNode } from 'react';
import { getCheckpoint, verifyLedger } from '../../../src/api/ledger.ts';
import { getStop, resumeResponse, stopResponse } from '../../../src/api/stop-switch.ts';
import { getSystem, type SystemStatus, type WirePoint } from '../../../src/api/system.ts';
import { useCall, useEdit, useMay } from '../queries.ts';
import { Badge, words, type Tone } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { ConfirmButton } from '../ui/confirm.tsx';
import { Loaded, Problem } from '../ui/states.tsx';
import { Moment } from '../ui/time.tsx';
import { Section } from '../ui/section.tsx';
import { useTitle } from '../ui/title.ts';
import { visible } from '../ui/visible.ts';

const tones: Record<string, Tone> = {
  running: 'ok',
  up: 'ok',
  waiting: 'soft',
  starting: 'info',
  restarting: 'warn',
  failed: 'bad',
  away: 'bad',
  stopped: 'soft',
  connected: 'ok',
};

const levels: Record<WirePoint['level'], string> = {
  read_back: 'reads back what it holds',
  pulled: 'tells when it was pulled',
  published: 'publishes only',
};

export function SystemPage() {
  const system = useCall(getSystem, {}, { refetchMs: 5_000 });
  useTitle('System');
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h1 className="text-lg font-semibold">System</h1>
        <StopSwitch />
      </div>
      <Loaded query={system}>
        {(status) => (
          <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
            <Section title="Processes">
              <Processes status={status} />
            </Section>
            <Section title="Enforcement points">
              <Points status={status} />
            </Section>
          </div>
        )}
      </Loaded>
      <Section title="Ledger">
        <Ledger />
      </Section>
    </div>
  );
}

function StopSwitch() {
  const stop = useCall(getStop, {});
  const halt = useEdit(stopResponse);
  const resume = useEdit(resumeResponse);
  const mayStop = useMay('stop.set');
  if (!stop.data || !mayStop) return null;
  return stop.data.is_stopped ? (
    <ConfirmButton
      label="Resume response"
      title="Resume response"
      look="main"
      act={() => resume.mutateAsync({ call: {} })}
    >
      Firebreak enforces and repairs again.
    </ConfirmButton>
  ) : (
    <ConfirmButton
      label="Stop all response"
      title="Stop all response"
      look="danger"
      reasonLabel="Reason"
      act={(reason) => halt.mutateAsync({ call: { body: { reason } } })}
    >
      Nothing new is enforced and nothing is repaired; expiry and release go on. The same switch without this page:{' '}
      <code>firebreak stop</code>, or a file named STOP in the state folder.
    </ConfirmButton>
  );
}

function Processes({ status }: { status: SystemStatus }) {
  return (
    <table className="w-full">
      <tbody>
        <Row name={`PostgreSQL (${status.database.kind})`} state={status.database.state}>
          {visible(status.database.detail)}
        </Row>
        {status.processes.map((part) => (
          <Row key={part.name} name={part.name} state={part.state}>
            {part.restarts > 0 && `restarted ${part.restarts} ${part.restarts === 1 ? 'time' : 'times'}. `}
            {visible(part.detail)}
          </Row>
        ))}
        {status.backlog.map((queue) => (
          <Row
            key={queue.consumer}
            name={`to be read by ${queue.consumer}`}
            count={`${queue.batches} ${queue.batches === 1 ? 'batch' : 'batches'}`}
          >
            {queue.oldest_at && (
              <>
                the oldest <Moment at={queue.oldest_at} show="relative" />
              </>
            )}
          </Row>
        ))}
      </tbody>
    </table>
  );
}

function Points({ status }: { status: SystemStatus }) {
  if (status.points.length === 0)
    return <p className="text-soft px-4 pb-4">No point enforces here: containments are written down only.</p>;
  return (
    <table className="w-full">
      <tbody>
        {status.points.map((point) => (
          <Row key={point.id} name={point.id} kind={point.kind} state={point.state}>
            {levels[point.level]}, seen <Moment at={point.last_seen_at} show="relative" />. {visible(point.detail)}
          </Row>
        ))}
      </tbody>
    </table>
  );
}

/** A part of the system: what it is, how it stands, and more of it; on a narrow page all under its name. */
function Row(props: { name: string; kind?: string; state?: string; count?: string; children: ReactNode }) {
  const { name, kind, state, count, children } = props;
  return (
    <tr>
      <td className="cell font-medium">
        {name} {kind !== undefined && <p className="text-soft font-normal">{kind}</p>}
        <p className="text-soft font-normal sm:hidden">{children}</p>
      </td>
      <td className="cell whitespace-nowrap tabular-nums max-sm:text-right!">
        {state === undefined ? count : <Badge tone={tones[state] ?? 'soft'}>{words(state)}</Badge>}
      </td>
      <td className="cell text-soft max-sm:hidden">{children}</td>
    </tr>
  );
}

function Ledger() {
  const checkpoint = useCall(getCheckpoint, {});
  const verify = useEdit(verifyLedger);
  return (
    <div className="space-y-2 px-4 pb-4">
      <Loaded query={checkpoint}>
        {(head) =>
          head ? (
            <p>
              {head.tree_size} {head.tree_size === 1 ? 'entry' : 'entries'}, root{' '}
              <code className="text-[12.5px] break-all">{head.root_hash}</code>, signed{' '}
              <Moment at={head.at} show="relative" />
            </p>
          ) : (
            <p className="text-soft">The first checkpoint is being made.</p>
          )
        }
      </Loaded>
      <Button onClick={() => verify.mutate({ call: {} })} disabled={verify.isPending}>
        {verify.isPending ? 'Hashing everything …' : 'Verify the ledger'}
      </Button>
      {verify.error && <Problem error={verify.error} />}
      {verify.data && (
        <output className="block">
          <Badge tone={verify.data.is_intact ? 'ok' : 'bad'}>{verify.data.is_intact ? 'intact' : 'tampered'}</Badge>{' '}
          {visible(verify.data.detail)}
        </output>
      )}
    </div>
  );
}
