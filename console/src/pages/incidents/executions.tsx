import { listExecutions } from '../../../../src/api/executions.ts';
import { useCall } from '../../queries.ts';
import { Badge, words, type Tone } from '../../ui/badge.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { visible } from '../../ui/visible.ts';

const done = ['succeeded', 'successfully_completed', 'successfully_executed'];

function toneOf(status: string): Tone {
  if (done.includes(status)) return 'ok';
  if (/^failed|^quarantined|error$/.test(status)) return 'bad';
  if (/timeout|cancelled|skipped/.test(status)) return 'warn';
  return 'info';
}

const inks: Record<Tone, string> = {
  ok: 'text-ok',
  bad: 'text-bad',
  warn: 'text-warn',
  info: 'text-info',
  soft: 'text-soft',
};
const marks: Record<Tone, string> = { ok: '✓', bad: '✕', warn: '!', info: '…', soft: '·' };

export function Executions({ incidentId }: { incidentId: string }) {
  const executions = useCall(listExecutions, { query: { incident_id: incidentId } });
  return (
    <Loaded query={executions}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty title="No playbook has run." />
        ) : (
          <ul>
            {items.map((execution) => (
              <li key={execution.id} className="border-line space-y-2 border-t px-4 py-3">
                <p className="flex flex-wrap items-center gap-2">
                  <span className="font-medium">{visible(execution.playbook_name)}</span>
                  <Badge tone={toneOf(execution.status)}>
                    {done.includes(execution.status) ? 'done' : words(execution.status)}
                  </Badge>
                </p>
                {toneOf(execution.status) !== 'ok' && execution.detail && (
                  <p className="text-soft">{visible(execution.detail)}</p>
                )}
                <ol className="space-y-1">
                  {execution.steps.map((step) => (
                    <li key={`${step.step_id} ${step.attempt}`} className="grid grid-cols-[1rem_1fr] gap-x-1.5">
                      <span className={inks[toneOf(step.status)]} title={words(step.status)}>
                        <span aria-hidden>{marks[toneOf(step.status)]}</span>
                        <span className="sr-only">{words(step.status)}:</span>
                      </span>
                      <span>
                        {visible(step.name)}
                        {step.attempt > 1 && <span className="text-soft"> (attempt {step.attempt})</span>}{' '}
                        <span className="text-soft">{visible(step.detail)}</span>
                      </span>
                    </li>
                  ))}
                </ol>
              </li>
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}
