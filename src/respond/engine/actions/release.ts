import type { Action } from '../action.ts';
import type { ContainmentAccess } from './containment-access.ts';

/** `firebreak:release`: lifts every containment of this run. Idempotent. */
export function release(containments: ContainmentAccess): Action {
  return {
    name: 'firebreak:release',
    isRepeatable: true,
    async run(call) {
      const reason = call.text === '' ? `The playbook "${call.playbookName}" released it.` : call.text.slice(0, 500);
      const lifted: string[] = [];
      for (const { containment_id: id } of call.containments) {
        const containment = await containments.release(id, { actor: call.executionId, reason });
        if (containment) lifted.push(`${containment.target} is ${containment.status}`);
      }
      return { outcome: 'succeeded', detail: lifted.join('; ') || 'There was nothing to release.' };
    },
  };
}
