import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { retryConflicts, type Database } from '../../db/index.ts';
import type { RespondStage } from '../../respond/index.ts';
import type { Triage } from '../../triage/index.ts';
import { contain, type Contained } from './contain.ts';

/**
 * A turn of triage that goes on to the denial in the same transaction: one commit and one message less before the drop. When
 * responding fails, the incident must not be lost with it: triage then takes its turn alone, and respond tries in its own.
 */
export function createContainingTurn(options: {
  db: Database;
  triage: Triage;
  respond: RespondStage;
  log: Log;
}): () => Promise<boolean> {
  const { db, triage, respond, log } = options;

  return async () => {
    let done: Contained;
    try {
      done = await retryConflicts(() => db.transaction((tx) => contain(tx, triage, respond)));
    } catch (error) {
      log.debug({ error: messageOf(error) }, 'Triage and response did not go through together; triage goes alone.');
      return triage.turn();
    }
    if (done.responded) await respond.tell(done.responded);
    return done.triaged !== undefined && triage.tell(done.triaged);
  };
}
