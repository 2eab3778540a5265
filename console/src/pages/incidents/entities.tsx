import type { WireEntity } from '../../../../src/api/incidents.ts';
import { Empty } from '../../ui/states.tsx';
import { visible } from '../../ui/visible.ts';

const order = ['actor', 'intermediary', 'target', 'victim'];
const shown = 24;

/** By role, because the role decides what may be acted on. */
export function Entities({ entities }: { entities: readonly WireEntity[] }) {
  if (entities.length === 0) return <Empty title="No entity is known." />;
  const roles = [...new Set(entities.map((entity) => entity.role))].toSorted(
    (one, other) => order.indexOf(one) - order.indexOf(other),
  );
  return (
    <dl className="border-line space-y-3 border-t px-4 py-3">
      {roles.map((role) => {
        const those = entities.filter((entity) => entity.role === role);
        return (
          <div key={role} className="grid grid-cols-[5.5rem_1fr] gap-2">
            <dt className="text-soft">{role}</dt>
            <dd className="flex flex-wrap gap-x-3 gap-y-1">
              {those.slice(0, shown).map((entity) => (
                <span key={`${entity.type} ${entity.value}`}>
                  <span className="font-mono text-[13px]">{visible(entity.value)}</span>{' '}
                  <span className="text-soft text-[12px]">{entity.type}</span>
                </span>
              ))}
              {those.length > shown && <span className="text-soft">and {those.length - shown} more</span>}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
