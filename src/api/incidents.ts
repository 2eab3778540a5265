import { z } from 'zod';
import { Incident, IncidentStage, IncidentStatus, Verdict } from '../schema/incident.ts';
import { WireFinding } from './findings.ts';
import { route } from './route.ts';
import { Flag, Id, Iso, page, pageQuery, Reason } from './wire.ts';

export const WireIncident = Incident.extend({
  first_seen_at: Iso,
  last_seen_at: Iso,
  declared_at: Iso.nullable(),
  created_at: Iso,
  updated_at: Iso,
  closed_at: Iso.nullable(),
});
export type WireIncident = z.infer<typeof WireIncident>;

/** Something the incident is about: an address, account, host. */
export const WireEntity = z.object({
  type: z.string(),
  value: z.string(),
  role: z.string(),
  first_seen_at: Iso,
  last_seen_at: Iso,
});
export type WireEntity = z.infer<typeof WireEntity>;

/** Why a finding belongs to the incident. */
export const JoinReason = z.object({ finding_id: Id, reason: z.string(), at: Iso });

export const IncidentDetail = z.object({
  incident: WireIncident,
  findings: z.array(WireFinding),
  entities: z.array(WireEntity),
  reasons: z.array(JoinReason),
});
export type IncidentDetail = z.infer<typeof IncidentDetail>;

export const TimelineEntry = z.object({
  id: z.string(),
  at: Iso,
  /** 'incident.opened', 'finding.created', 'containment.in_force', 'note.added', … */
  kind: z.string(),
  actor: z.string(),
  /** One sentence for people. */
  summary: z.string(),
  /** Id of the thing it is about. */
  subject: z.string().nullable(),
  /** The ledger's details, or the note's text. */
  body: z.record(z.string(), z.unknown()),
});
export type TimelineEntry = z.infer<typeof TimelineEntry>;

/** The id `incident--…`, or the short number. */
const params = z.object({ id: Id });

export const listIncidents = route({
  id: 'listIncidents',
  method: 'GET',
  path: '/v1/incidents',
  permission: 'incident.read',
  summary: 'Incidents, newest or riskiest first.',
  query: z.object({
    ...pageQuery,
    status: IncidentStatus.optional(),
    stage: IncidentStage.optional(),
    /** true: not resolved or closed; false: only those. */
    open: Flag.optional(),
    min_severity_id: z.coerce.number().int().min(0).max(6).optional(),
    /** Words in title, entity or cause. */
    text: z.string().max(200).optional(),
    order: z.enum(['newest', 'risk']).default('newest'),
  }),
  reply: page(WireIncident),
});

export const getIncident = route({
  id: 'getIncident',
  method: 'GET',
  path: '/v1/incidents/:id',
  permission: 'incident.read',
  summary: 'An incident with its findings, entities and the reason each finding belongs to it.',
  params,
  reply: IncidentDetail,
  revisioned: true,
});

export const getTimeline = route({
  id: 'getTimeline',
  method: 'GET',
  path: '/v1/incidents/:id/timeline',
  permission: 'incident.read',
  summary: 'Everything that happened, oldest first, each with its reason.',
  params,
  query: z.object(pageQuery),
  reply: page(TimelineEntry),
});

export const getReport = route({
  id: 'getReport',
  method: 'GET',
  path: '/v1/incidents/:id/report.md',
  permission: 'incident.read',
  summary: 'The incident report as Markdown.',
  params,
  reply: z.string(),
  replyType: 'text/markdown',
});

export const assignIncident = route({
  id: 'assignIncident',
  method: 'POST',
  path: '/v1/incidents/:id/assign',
  permission: 'incident.write',
  summary: 'Give the incident to a person; null takes it from them.',
  params,
  body: z.object({ assignee: z.string().min(1).max(200).nullable() }),
  reply: WireIncident,
  revisioned: true,
});

export const declareIncident = route({
  id: 'declareIncident',
  method: 'POST',
  path: '/v1/incidents/:id/declare',
  permission: 'incident.write',
  summary: 'A suspected incident is one: legal clocks start here.',
  params,
  body: z.object({ reason: Reason }),
  reply: WireIncident,
  revisioned: true,
});

export const setIncidentStatus = route({
  id: 'setIncidentStatus',
  method: 'POST',
  path: '/v1/incidents/:id/status',
  permission: 'incident.write',
  summary: 'Move the incident through its states.',
  params,
  body: z.object({ status: IncidentStatus, reason: Reason }),
  reply: WireIncident,
  revisioned: true,
});

export const setVerdict = route({
  id: 'setVerdict',
  method: 'POST',
  path: '/v1/incidents/:id/verdict',
  permission: 'incident.write',
  summary: 'What it was. A false positive releases everything the incident caused.',
  params,
  body: z.object({ verdict: Verdict, note: z.string().max(10_000).default('') }),
  reply: WireIncident,
  revisioned: true,
});

export const addNote = route({
  id: 'addNote',
  method: 'POST',
  path: '/v1/incidents/:id/notes',
  permission: 'incident.write',
  summary: 'Write a note into the timeline.',
  params,
  body: z.object({ text: z.string().trim().min(1).max(10_000) }),
  reply: TimelineEntry,
  status: 201,
});
