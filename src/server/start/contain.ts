import type { Transaction } from '../../db/index.ts';
import type { Responded, RespondStage } from '../../respond/index.ts';
import type { Triage, Triaged } from '../../triage/index.ts';

export interface Contained {
  triaged: Triaged | undefined;
  responded: Responded | undefined;
}

/** From findings to incidents to denials, within the caller's transaction. */
export async function contain(
  tx: Transaction,
  triage: Pick<Triage, 'take'>,
  respond: Pick<RespondStage, 'take'>,
): Promise<Contained> {
  const triaged = await triage.take(tx, true);
  // A long list of incidents is responded to in turns of their own, beside the next of triage.
  const isSmall = triaged !== undefined && triaged.changed > 0 && !triaged.isFull;
  return { triaged, responded: isSmall ? await respond.take(tx, triaged.handedOver) : undefined };
}
