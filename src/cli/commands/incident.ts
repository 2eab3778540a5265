import { z } from 'zod';
import { getIncident, getReport, listIncidents } from '../../api/incidents.ts';
import { IncidentStatus } from '../../schema/incident.ts';
import { severityNames } from '../../schema/severity.ts';
import { command } from '../command.ts';

const id = z.string().describe('number (7) or id (incident--…)');

export const incidentCommands = [
  command({
    name: 'incident list',
    summary: 'incidents, newest first',
    args: z.object({}),
    options: z.object({
      status: IncidentStatus.optional().describe(IncidentStatus.options.join(', ')),
      all: z.boolean().default(false).describe('resolved and closed ones too'),
      text: z.string().optional().describe('words in title, entity or cause'),
      limit: z.coerce.number().int().min(1).max(200).default(50).describe('at most this many (50)'),
      cursor: z.string().optional().describe('next_cursor of the page before'),
    }),
    async run(world, { options: { all, ...query } }) {
      const client = await world.client();
      const open = all || query.status !== undefined ? {} : { open: 'true' as const };
      return client.call(listIncidents, { query: { ...query, ...open } }, { signal: world.signal });
    },
    show: ({ items }) => ({
      columns: ['no', 'severity', 'risk', 'stage', 'status', 'findings', 'last seen', 'title'],
      rows: items.map((incident) => [
        incident.number,
        severityNames[incident.severity_id] ?? 'unknown',
        Math.round(incident.risk_score),
        incident.stage,
        incident.status,
        incident.finding_count,
        incident.last_seen_at,
        `${incident.is_demonstration ? '[demonstration] ' : ''}${incident.title}`,
      ]),
      empty: 'No open incidents.',
    }),
  }),
  command({
    name: 'incident show',
    summary: 'one incident with its reasons',
    args: z.object({ id }),
    options: z.object({}),
    run: async (world, { args }) =>
      (await world.client()).call(getIncident, { params: args }, { signal: world.signal }),
    show({ incident, findings, reasons }) {
      const why = new Map(reasons.map((reason) => [reason.finding_id, reason.reason]));
      return [
        `Incident ${incident.number}: ${incident.title}`,
        `  ${incident.stage}, ${incident.status}, ${severityNames[incident.severity_id] ?? 'unknown'}, risk ${incident.risk_score}`,
        `  ${incident.entity_type} ${incident.entity_value}, ${incident.finding_count > 1 ? 'at least ' : ''}${incident.event_count} events, ${incident.first_seen_at} to ${incident.last_seen_at}`,
        `  id ${incident.id}${incident.assignee === null ? '' : `, assigned to ${incident.assignee}`}`,
        'Risk:',
        ...incident.risk_terms.map((term) => `  ${String(term.points).padStart(5)}  ${term.name}: ${term.reason}`),
        'Findings:',
        ...findings.map((finding) => `  ${finding.rule_title}: ${finding.message} (${why.get(finding.id) ?? 'first'})`),
      ].join('\n');
    },
  }),
  command({
    name: 'incident report',
    summary: 'the report as Markdown',
    args: z.object({ id }),
    options: z.object({}),
    run: async (world, { args }) => (await world.client()).call(getReport, { params: args }, { signal: world.signal }),
    show: (report) => report,
  }),
];
