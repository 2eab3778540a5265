import { listExecutions } from '../../../../src/api/executions.ts';
import { useCall } from '../../queries.ts';
import { Badge, words, type Tone } from '../../ui/badge.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';

function toneOf(status: string): Tone {
  if (status === 'succeeded' || status === 'successfully_executed') return 'ok';
  if (status === 'failed' || status === 'quarantined' || status.endsWith('error')) return 'bad';
  return status === 'running' || status === 'ongoing' ? 'info' : 'soft';
}

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
              <li key={execution.id} className="border-line space-y-1.5 border-t px-4 py-3">
                <p className="flex flex-wrap items-center gap-2">
                  <span className="font-medium">{execution.playbook_name}</span>
                  <Badge tone={toneOf(execution.status)}>{words(execution.status)}</Badge>
                </p>
                {execution.detail && <p className="text-soft">{execution.detail}</p>}
                <ol className="space-y-1">
                  {execution.steps.map((step) => (
                    <li key={`${step.step_id} ${step.attempt}`} className="flex flex-wrap items-baseline gap-2">
                      <Badge tone={toneOf(step.status)}>{words(step.status)}</Badge>
                      <span>{step.name}</span>
                      <span className="text-soft">{step.detail}</span>
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
