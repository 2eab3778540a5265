import type { Tx } from '../db/index.ts';
import { entriesOfIncident, type ListedEntry } from '../ledger/index.ts';
import { incidentDetail, type IncidentDetail } from '../triage/index.ts';
import { notesOf, type Note } from './store/notes.ts';

/** One thing that happened, with its reason. */
export interface TimelineEntry {
  id: string;
  at: Date;
  /** The ledger's kind, `finding.first_seen`, `finding.last_seen` or `note.added`. */
  kind: string;
  actor: string;
  /** One sentence. Log text in it stays as it is: whoever prints it escapes it. */
  summary: string;
  subject: string | null;
  body: Record<string, unknown>;
}

const mostEntries = 5_000;

/** Everything that machines and people did and saw, oldest first. Throws TRIAGE.NO_INCIDENT. */
export async function timelineOf(tx: Tx, incidentId: string): Promise<TimelineEntry[]> {
  const detail = await incidentDetail(tx, incidentId);
  return arrange(detail, await entriesOfIncident(tx, incidentId, mostEntries), await notesOf(tx, incidentId));
}

/** Pure. At one instant, what was seen stands before what was decided. */
export function arrange(
  detail: IncidentDetail,
  entries: readonly ListedEntry[],
  notes: readonly Note[],
): TimelineEntry[] {
  const seen = detail.findings.flatMap(({ finding, reason, event_count }) => {
    const about = { actor: 'system:detect', subject: finding.id };
    const body = { rule_id: finding.rule_id, severity_id: finding.severity_id, reason, event_count };
    const first = { id: `${finding.id}#first`, at: finding.first_seen_at, kind: 'finding.first_seen', ...about };
    const last = { id: `${finding.id}#last`, at: finding.last_seen_at, kind: 'finding.last_seen', ...about };
    const began = { ...first, summary: `${finding.rule_title}: ${finding.message}`, body };
    return finding.last_seen_at > finding.first_seen_at
      ? [began, { ...last, summary: `${finding.rule_title}: last of ${event_count} events.`, body: { event_count } }]
      : [began];
  });
  const decided = entries
    // The note itself stands in the timeline, not the ledger's word that there is one.
    .filter((entry) => entry.kind !== 'note.added')
    .map(({ id, at, kind, actor, summary, subject, body }) => ({
      id,
      at,
      kind,
      actor,
      summary,
      subject,
      body: detailsOf(body),
    }));
  const said = notes.map((note) => ({
    id: note.id,
    at: note.created_at,
    kind: 'note.added',
    actor: note.created_by,
    summary: note.text,
    subject: note.id,
    body: {},
  }));
  const ranked = [seen, decided, said].flatMap((group, rank) => group.map((entry) => ({ entry, rank })));
  return ranked
    .sort(
      (a, b) => a.entry.at.getTime() - b.entry.at.getTime() || a.rank - b.rank || (a.entry.id < b.entry.id ? -1 : 1),
    )
    .map(({ entry }) => entry);
}

/** The stored text is the whole entry; its own `body` holds the details. */
function detailsOf(text: string): Record<string, unknown> {
  const whole: unknown = JSON.parse(text);
  if (typeof whole !== 'object' || whole === null || !('body' in whole)) return {};
  const details = whole.body;
  return typeof details === 'object' && details !== null && !Array.isArray(details) ? { ...details } : {};
}
