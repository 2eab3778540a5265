import type { Clock } from '../../../base/clock.ts';
import type { Database } from '../../../db/index.ts';
import { releaseIn } from '../../contain/release.ts';
import { standingsOf } from '../../store/standings.ts';
import type { OuterAction } from '../action.ts';

/**
 * `firebreak:release`: begins the release of every containment of this run; the process that drives the points carries it
 * out. Idempotent.
 */
export function release({ db, clock }: { db: Database; clock: Clock }): OuterAction {
  return {
    name: 'firebreak:release',
    isRepeatable: true,
    async run(call) {
      const reason = call.text === '' ? `The playbook "${call.playbookName}" released it.` : call.text.slice(0, 500);
      const ids = call.containments.map((one) => one.containment_id);
      await db.transaction((tx) => releaseIn(tx, ids, { actor: call.executionId, reason }, clock.now()));
      db.channels.wake('containments');
      const lifted = (await standingsOf(db.read, ids)).map(({ target, status }) => `${target} is ${status}`);
      return { outcome: 'succeeded', detail: lifted.join('; ') || 'There was nothing to release.' };
    },
  };
}
