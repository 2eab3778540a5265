import type { Clock } from '../../base/clock.ts';
import type { Database } from '../../db/index.ts';
import { advanceIncident, listIncidents } from '../../triage/index.ts';

const way = {
  new: ['in_progress', 'resolved', 'closed'],
  in_progress: ['resolved', 'closed'],
  on_hold: ['in_progress', 'resolved', 'closed'],
  resolved: ['closed'],
  closed: [],
} as const;

/** Closes what the demonstration opened, verdict `test`; what was found stays on record, marked. */
export async function closeDemonstrationIncidents(db: Database, clock: Clock): Promise<void> {
  const { incidents } = await listIncidents(db.read, {
    status: ['new', 'in_progress', 'on_hold', 'resolved'],
    order: 'newest',
    limit: 200,
  });
  const ours = incidents.filter((incident) => incident.is_demonstration);
  if (ours.length === 0) return;
  const act = { by: 'system:triage', at: clock.now() };
  await db.transaction(async (tx) => {
    for (const { id, status } of ours)
      for (const to of way[status])
        await advanceIncident(
          tx,
          { id, to, comment: 'The demonstration was removed.', ...(to === 'resolved' && { verdict: 'test' as const }) },
          act,
        );
  });
  db.channels.wake('incidents');
}
