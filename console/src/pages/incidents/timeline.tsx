import { getTimeline } from '../../../../src/api/incidents.ts';
import { useCall } from '../../queries.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { Moment } from '../../ui/time.tsx';

function toneOf(kind: string): Tone {
  if (kind.startsWith('finding.')) return 'warn';
  if (kind.startsWith('containment.')) return kind.endsWith('released') ? 'soft' : 'ok';
  if (kind.startsWith('incident.')) return 'info';
  return 'soft';
}

/** Machine and human entries in one order, oldest first. */
export function Timeline({ incidentId }: { incidentId: string }) {
  const timeline = useCall(getTimeline, { params: { id: incidentId }, query: { limit: 200 } });
  return (
    <Loaded query={timeline}>
      {({ items, next_cursor }) =>
        items.length === 0 ? (
          <Empty title="Nothing happened yet." />
        ) : (
          <div className="overflow-x-auto">
            <table className="w-full min-w-[44rem]">
              <tbody>
                {items.map((entry) => (
                  <tr key={entry.id}>
                    <td className="cell text-soft w-44">
                      <Moment at={entry.at} />
                    </td>
                    <td className="cell w-52">
                      <Badge tone={toneOf(entry.kind)}>{entry.kind}</Badge>
                    </td>
                    <td className="cell">{entry.summary}</td>
                    <td className="cell text-soft w-44 truncate" title={entry.actor}>
                      {entry.actor.split('--')[0]}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
            {next_cursor && (
              <p className="text-soft px-4 py-2">The first 200 entries; the report and the API have all.</p>
            )}
          </div>
        )
      }
    </Loaded>
  );
}
