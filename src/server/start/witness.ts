import { areAlive, type Ingest } from '../../ingest/index.ts';
import type { Witness } from '../../respond/index.ts';

/**
 * What the enforcement asks of ingest: whether silence proves anything, and to say aloud that a denial does not help.
 * content/rules/firebreak/containment_ineffective.yml makes a finding of it, on the address of the attack.
 */
export function createWitness({ own }: Pick<Ingest, 'own'>): Witness {
  return {
    areAlive,
    tellIneffective: (tx, containments) =>
      own.tell(
        tx,
        containments.map((containment) => ({
          tenantId: containment.tenant_id,
          siteId: containment.site_id,
          isDemonstration: containment.is_demonstration,
          record: {
            event: { dataset: 'firebreak.respond', action: 'containment_ineffective' },
            source: { ip: containment.target.replace(/\/\d+$/, '') },
            containment_id: containment.id,
            containment_target: containment.target,
            incident_id: containment.incident_id,
            points: containment.points.map(({ point_id }) => point_id),
          },
        })),
      ),
  };
}
