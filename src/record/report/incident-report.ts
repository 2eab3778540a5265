import { createHash } from 'node:crypto';
import type { Tx } from '../../db/index.ts';
import { entriesOfIncident } from '../../ledger/index.ts';
import { containmentsOfIncident } from '../../respond/index.ts';
import type { Containment } from '../../schema/containment.ts';
import type { Finding } from '../../schema/finding.ts';
import { severityNames } from '../../schema/severity.ts';
import { incidentDetail, type IncidentDetail } from '../../triage/index.ts';
import { evidenceOf, type Evidence } from '../store/evidence.ts';
import { notesOf } from '../store/notes.ts';
import { tasksOf, type Task } from '../store/tasks.ts';
import { arrange, type TimelineEntry } from '../timeline.ts';
import { markdownTable as table, markdownText as text, utc } from './markdown-text.ts';

export interface ReportParts {
  detail: IncidentDetail;
  timeline: readonly TimelineEntry[];
  containments: readonly Containment[];
  tasks: readonly Task[];
  evidence: readonly Evidence[];
}

/** The incident as Markdown: what, why, who decided, what was done and verified, and the hashes of the evidence. Times in UTC. Throws TRIAGE.NO_INCIDENT. */
export async function incidentReport(tx: Tx, id: string): Promise<string> {
  const detail = await incidentDetail(tx, id);
  const entries = await entriesOfIncident(tx, id, 5_000);
  return renderReport({
    detail,
    timeline: arrange(detail, entries, await notesOf(tx, id)),
    containments: await containmentsOfIncident(tx, id),
    tasks: await tasksOf(tx, id),
    evidence: await evidenceOf(tx, id),
  });
}

/** Pure: the same parts, the same text. */
export function renderReport(parts: ReportParts): string {
  const { incident } = parts.detail;
  const sections: [string, string][] = [
    ['Summary', summary(parts.detail)],
    ['Why it is one incident', reasons(parts.detail)],
    ['Risk', risk(parts.detail)],
    ['Who and what', entities(parts.detail)],
    ['Findings', findings(parts.detail)],
    ['Containments', parts.containments.map(containment).join('\n\n')],
    ['Decisions of people', decisions(parts.timeline)],
    ['Verdicts', verdicts(parts.detail)],
    ['Timeline', timeline(parts.timeline)],
    ['Tasks', tasks(parts.tasks)],
    ['Evidence', evidence(parts)],
  ];
  const note = incident.is_demonstration ? '\n> This incident is a demonstration.\n' : '';
  return `# Incident ${incident.number}: ${text(incident.title)}\n${note}${sections
    .map(([title, body]) => `\n## ${title}\n\n${body === '' ? 'None.' : body}\n`)
    .join('')}`;
}

function summary({ incident, entityReason, formerIncidentId, mergedIntoId }: IncidentDetail): string {
  const rows: [string, string][] = [
    ['Id', incident.id],
    [
      'Stage',
      incident.declared_by
        ? `${incident.stage} ${utc(incident.declared_at)} by ${text(incident.declared_by)}`
        : incident.stage,
    ],
    ['Status', incident.status.replace('_', ' ')],
    ['Severity', severityNames[incident.severity_id] ?? String(incident.severity_id)],
    ['Risk', `${incident.risk_score} of 100`],
    ['About', `${text(incident.entity_type)} ${text(incident.entity_value)} (${text(entityReason)})`],
    ['Cause', text(incident.cause)],
    ['First seen', utc(incident.first_seen_at)],
    ['Last seen', utc(incident.last_seen_at)],
    [
      'Findings, events',
      `${incident.finding_count}, ${incident.finding_count > 1 ? 'at least ' : ''}${incident.event_count}`,
    ],
    ['Assignee', text(incident.assignee ?? '')],
    [
      'Verdict',
      incident.verdict ? `${incident.verdict.replaceAll('_', ' ')} by ${text(incident.verdict_by ?? '')}` : '',
    ],
    ['Closed', utc(incident.closed_at)],
    ['Follows', formerIncidentId ?? ''],
    ['Merged into', mergedIntoId ?? ''],
    ['Revision', `${incident.revision}, ${utc(incident.updated_at)}`],
  ];
  return table(
    ['', ''],
    rows.filter(([, value]) => value !== ''),
  );
}

const shownFindings = 100;

function reasons({ findings: joined }: IncidentDetail): string {
  return joined
    .slice(0, shownFindings)
    .map(
      ({ finding, reason, joined_by, joined_at }) =>
        `- ${text(finding.rule_title)}: ${text(reason)} (${text(joined_by)}, ${utc(joined_at)})`,
    )
    .concat(more(joined.length))
    .join('\n');
}

const more = (count: number) => (count > shownFindings ? [`- … and ${count - shownFindings} more.`] : []);

function risk({ incident }: IncidentDetail): string {
  return table(
    ['Term', 'Points', 'Reason'],
    incident.risk_terms.map((term) => [text(term.name), String(term.points), text(term.reason)]),
  );
}

function entities({ entities: all }: IncidentDetail): string {
  return table(
    ['Role', 'Type', 'Value', 'Known as', 'First seen', 'Last seen'],
    all.map((entity) => [
      text(entity.role),
      text(entity.type),
      `${text(entity.value)}${entity.is_trusted ? '' : ' (unconfirmed)'}`,
      text([...entity.asset_roles, ...(entity.importance === 2 ? [] : [`importance ${entity.importance}`])].join(', ')),
      utc(entity.first_seen_at),
      utc(entity.last_seen_at),
    ]),
  );
}

function findings({ findings: all }: IncidentDetail): string {
  return table(
    ['Rule', 'Severity', 'ATT&amp;CK', 'Events', 'First seen', 'Last seen', 'What'],
    all
      .slice(0, shownFindings)
      .map(({ finding, event_count }) => [
        text(finding.rule_title),
        severityNames[finding.severity_id] ?? String(finding.severity_id),
        text(attacksOf(finding)),
        String(event_count),
        utc(finding.first_seen_at),
        utc(finding.last_seen_at),
        text(finding.message),
      ]),
  );
}

function attacksOf(finding: Finding): string {
  return finding.attacks.map((attack) => [attack.technique_id, attack.tactic].filter(Boolean).join(' ')).join(', ');
}

function containment(one: Containment): string {
  const { verification } = one;
  const facts: [string, string][] = [
    ['Status', one.status.replaceAll('_', ' ')],
    ['Level', one.level === 'shadow' ? 'shadow: nothing was enforced' : one.level],
    ['Reason', text(one.reason)],
    ['Requested by', `${text(one.requested_by)}, ${utc(one.created_at)}`],
    ['Approved by', text(one.approved_by ?? '')],
    ['Playbook', text(one.playbook_id ?? '')],
    ['In force', utc(one.in_force_at)],
    ['Expires', utc(one.expires_at)],
    ['Applied', `${verification.applied.replaceAll('_', ' ')} ${utc(verification.applied_at)}`.trim()],
    [
      'Effective',
      `${verification.effective.replaceAll('_', ' ')} ${utc(verification.effective_at)}`.trim() +
        `, ${verification.dropped_packets} packets dropped. ${text(verification.detail)}`,
    ],
    ['Points', text(one.points.map((point) => `${point.point_id}: ${point.state}`).join(', '))],
    [
      'Released',
      one.released_at
        ? `${utc(one.released_at)} by ${text(one.released_by ?? '')}: ${text(one.release_reason ?? '')}`
        : '',
    ],
  ];
  const list = facts.filter(([, value]) => value.trim() !== '').map(([name, value]) => `- ${name}: ${value.trim()}`);
  const decision = table(
    ['Check', 'Outcome', 'Reason'],
    one.decision.map((step) => [text(step.check), step.outcome, text(step.reason)]),
  );
  return [`### ${text(one.kind)} ${text(one.target)}`, list.join('\n'), decision]
    .filter((part) => part !== '')
    .join('\n\n');
}

function decisions(entries: readonly TimelineEntry[]): string {
  return entries
    .filter((entry) => /^(?:user--|token--|cli:)/.test(entry.actor) && entry.kind !== 'note.added')
    .map((entry) => `- ${utc(entry.at)}, ${text(entry.actor)}: ${text(entry.summary)}`)
    .join('\n');
}

function verdicts({ verdicts: given }: IncidentDetail): string {
  return table(
    ['At', 'Verdict', 'By', 'Comment'],
    given.map((one) => [utc(one.at), one.verdict.replaceAll('_', ' '), text(one.by), text(one.comment)]),
  );
}

function timeline(entries: readonly TimelineEntry[]): string {
  return table(
    ['At', 'What', 'Who', 'Summary'],
    entries.map((entry) => [utc(entry.at), text(entry.kind), text(entry.actor), text(entry.summary)]),
  );
}

function tasks(all: readonly Task[]): string {
  return all
    .map(
      (task) =>
        `- [${task.status === 'done' ? 'x' : ' '}] ${text(task.title)}${task.status === 'cancelled' ? ' (cancelled)' : ''}${task.assignee ? `, ${text(task.assignee)}` : ''}`,
    )
    .join('\n');
}

const shownEvents = 50;

/** Collected pieces, then the copies of events that the findings keep, with SHA-256 over the line as it was received. */
function evidence({ evidence: pieces, detail }: ReportParts): string {
  const collected = table(
    ['Evidence', 'Origin', 'SHA-256', 'Bytes', 'Custody'],
    pieces.map((piece) => [
      text(piece.title),
      text(piece.origin),
      piece.sha256,
      String(piece.size_bytes),
      piece.custody.map((entry) => `${utc(entry.at)} ${text(entry.holder)}: ${text(entry.purpose)}`).join('; '),
    ]),
  );
  const events = detail.findings.flatMap(({ finding }) => finding.evidence);
  const kept = new Map(events.map((event) => [`${event.source_id} ${event.uid}`, event]));
  const copies = table(
    ['At', 'Source', 'Event', 'SHA-256', 'Line'],
    [...kept.values()]
      .sort((a, b) => a.time - b.time || a.index - b.index)
      .slice(0, shownEvents)
      .map((event) => [
        utc(new Date(event.time)),
        text(event.source_id),
        text(event.uid),
        createHash('sha256').update(event.raw_data).digest('hex'),
        text(event.raw_data),
      ]),
  );
  const rest = kept.size > shownEvents ? `${kept.size - shownEvents} more events are kept with the findings.` : '';
  return [collected, copies, rest].filter((part) => part !== '').join('\n\n');
}
