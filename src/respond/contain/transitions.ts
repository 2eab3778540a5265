import type { Containment, ContainmentStatus } from '../../schema/containment.ts';
import { errors } from '../errors.ts';

/** The one table of transitions (DESIGN §5). What is not here does not happen. */
export const transitions: Readonly<Record<ContainmentStatus, readonly ContainmentStatus[]>> = {
  proposed: ['ordered', 'awaiting_approval', 'refused', 'released'],
  awaiting_approval: ['ordered', 'refused', 'releasing'],
  ordered: ['in_force', 'unverifiable', 'uncertain', 'failed', 'releasing'],
  in_force: ['unverifiable', 'uncertain', 'failed', 'awaiting_approval', 'releasing'],
  unverifiable: ['in_force', 'uncertain', 'failed', 'awaiting_approval', 'releasing'],
  uncertain: ['in_force', 'unverifiable', 'failed', 'releasing'],
  failed: ['in_force', 'releasing'],
  releasing: ['released'],
  released: [],
  refused: [],
};

/** What points must hold: the union of the targets of these, until they expire. */
export const enforcedStatuses = [
  'ordered',
  'in_force',
  'uncertain',
  'unverifiable',
  'failed',
] as const satisfies readonly ContainmentStatus[];

/** Not over: an attack that fires again adds to it. */
export const openStatuses = [
  'proposed',
  'awaiting_approval',
  'releasing',
  ...enforcedStatuses,
] as const satisfies readonly ContainmentStatus[];

export type ContainmentChange = Partial<
  Omit<Containment, 'id' | 'tenant_id' | 'status' | 'revision' | 'created_at' | 'points'>
>;

/** Moves a containment; throws RESPOND.BAD_TRANSITION. Pure. */
export function advance(containment: Containment, to: ContainmentStatus, change: ContainmentChange = {}): Containment {
  if (!transitions[containment.status].includes(to))
    throw errors.BAD_TRANSITION([containment.id, containment.status, to]);
  return { ...containment, ...change, status: to, revision: containment.revision + 1 };
}

export function isOver(status: ContainmentStatus): boolean {
  return transitions[status].length === 0;
}
