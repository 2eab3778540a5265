import type { Tx } from '../../db/index.ts';
import { findingsByIds } from '../../detect/index.ts';
import type { Incident } from '../../schema/incident.ts';
import { viewOf } from '../group/finding-view.ts';
import type { Placement } from '../group/group.ts';
import { loadKnown } from '../store/known.ts';
import { allFindingIds } from '../store/incidents.ts';
import { deleteEntities, writeGrouped, writeScores } from '../store/write-incidents.ts';
import { scoreIncidents } from '../score/score-incidents.ts';
import { factsOf } from '../store/facts.ts';
import { seenEntities, triageActor } from './write-placements.ts';

/** After findings were moved by a person: entities, counts and score of a locked incident from the findings it has now. */
export async function rebuildIncident(tx: Tx, incident: Incident, atMs: number): Promise<void> {
  const findings = await findingsByIds(tx, await allFindingIds(tx, incident.id));
  await deleteEntities(tx, incident.id);
  if (findings.length === 0) return;
  const known = await loadKnown(tx, findings, 0);
  const placements = findings.map((finding): Placement => ({
    finding,
    view: viewOf(finding),
    incidentId: incident.id,
    newEvents: 0,
    wasElsewhere: false,
    how: 'joins',
    reason: '',
  }));
  await writeGrouped(tx, { entities: seenEntities(placements, known) }, triageActor, atMs);
  const times = findings
    .flatMap((finding) => [finding.first_seen_at, finding.last_seen_at])
    .map((date) => date.getTime());
  const span = {
    firstSeenAt: new Date(Math.min(...times)),
    lastSeenAt: new Date(Math.max(...times)),
    isDemonstration: findings.every((finding) => finding.is_demonstration),
  };
  const bare = { ...incident, first_seen_at: span.firstSeenAt, last_seen_at: span.lastSeenAt };
  const scored = scoreIncidents([bare], await factsOf(tx, [incident.id]), new Map([[incident.id, span]]), atMs);
  await writeScores(tx, scored, atMs);
}
