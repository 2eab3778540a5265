import type { Clock } from '../base/clock.ts';
import type { Database } from '../db/index.ts';
import type { OwnEvent, OwnEvents } from './own-events.ts';
import { turnQuiet, type TurnedSource } from './store/sources.ts';

/**
 * Notes which running sources went quiet or came back, and says so as events of the built-in source `firebreak`, in the
 * same transaction: each transition is told once. content/rules/firebreak/source_quiet.yml makes findings of them.
 */
export async function tellQuiet(house: { db: Database; clock: Clock; own: OwnEvents }): Promise<void> {
  const { db, clock } = house;
  const told = await db.transaction(async (tx) => {
    const turned = await turnQuiet(tx, new Date(clock.now()));
    await house.own.tell(tx, turned.map(eventOf));
    return turned.length > 0;
  });
  if (told) db.channels.wake('batches');
}

function eventOf(source: TurnedSource): OwnEvent {
  return {
    tenantId: source.tenant_id,
    siteId: source.site_id,
    isDemonstration: false,
    record: {
      event: { dataset: 'firebreak.ingest', action: source.is_quiet ? 'source_quiet' : 'source_returned' },
      source_id: source.id,
      source_name: source.name,
      last_received_at: source.last_received_at?.toISOString() ?? null,
      quiet_after_s: source.quiet_after_s,
    },
  };
}
