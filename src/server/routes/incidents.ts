import { getFinding, listFindings } from '../../api/findings.ts';
import {
  addNote,
  assignIncident,
  declareIncident,
  getIncident,
  getReport,
  getTimeline,
  listIncidents,
  setIncidentStatus,
  setVerdict,
} from '../../api/incidents.ts';
import type { Actor } from '../../access/index.ts';
import type { Clock } from '../../base/clock.ts';
import type { Database, Tx } from '../../db/index.ts';
import { findingsByIds, listFindings as readFindings } from '../../detect/index.ts';
import * as record from '../../record/index.ts';
import { IncidentStatus, type Incident } from '../../schema/incident.ts';
import * as triage from '../../triage/index.ts';
import { errors } from '../errors.ts';
import { pageOf, readCursor } from '../http/cursor.ts';
import { on, type Owned } from '../http/register.ts';

const closed: readonly IncidentStatus[] = ['resolved', 'closed'];

export function incidentRoutes(room: { db: Database; clock: Clock }): Owned[] {
  const { db, clock } = room;
  /** By id or short number, of this tenant only. */
  const found = async (actor: Actor, id: string): Promise<Incident> => {
    const incident = /^\d{1,9}$/.test(id)
      ? await triage.incidentByNumber(db.read, actor.tenantId, Number(id))
      : await triage.incidentById(db.read, id);
    if (!incident || incident.tenant_id !== actor.tenantId) throw errors.NO_SUCH_THING(['incident', id]);
    return incident;
  };
  /** One change by one person in one transaction; the stages hear of it after the commit. */
  const change = async (
    actor: Actor,
    id: string,
    work: (tx: Tx, incidentId: string, act: { by: string; at: number }) => Promise<Incident>,
  ): Promise<Incident> => {
    const before = await found(actor, id);
    const after = await db.transaction((tx) => work(tx, before.id, { by: actor.id, at: clock.now() }));
    db.channels.wake('incidents');
    return after;
  };

  return [
    on(listIncidents, async ({ query, actor }) => {
      const isOpen = (status: IncidentStatus) => !closed.includes(status);
      const status = query.status
        ? [query.status]
        : query.open === undefined
          ? undefined
          : IncidentStatus.options.filter((one) => isOpen(one) === query.open);
      const { incidents, next } = await triage.listIncidents(db.read, {
        tenantId: actor.tenantId,
        ...(status ? { status } : {}),
        ...(query.stage ? { stage: query.stage } : {}),
        ...(query.min_severity_id === undefined ? {} : { minSeverityId: query.min_severity_id }),
        ...(query.text === undefined ? {} : { text: query.text }),
        order: query.order,
        ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
        limit: query.limit,
      });
      return { items: incidents, next_cursor: next ?? null };
    }),
    on(getIncident, async ({ params, actor }) => {
      const { id } = await found(actor, params.id);
      const detail = await triage.incidentDetail(db.read, id);
      if (!detail) throw errors.NO_SUCH_THING(['incident', params.id]);
      return {
        incident: detail.incident,
        findings: detail.findings.map(({ finding }) => finding),
        entities: detail.entities,
        reasons: detail.findings.map(({ finding, reason, joined_at }) => ({
          finding_id: finding.id,
          reason,
          at: joined_at,
        })),
      };
    }),
    on(getTimeline, async ({ params, query, actor }) => {
      const { id } = await found(actor, params.id);
      const after = readCursor(query.cursor);
      const all = await record.timelineOf(db.read, id);
      const from = after ? all.findIndex((entry) => entry.id === after.id) + 1 : 0;
      return pageOf(all.slice(from, from + query.limit + 1), query.limit, (entry) => ({ at: entry.at, id: entry.id }));
    }),
    on(getReport, async ({ params, actor }) => {
      const { id } = await found(actor, params.id);
      return record.incidentReport(db.read, id);
    }),
    on(assignIncident, ({ params, body, actor, revision }) =>
      change(actor, params.id, (tx, id, act) =>
        triage.assignIncident(tx, { id, assignee: body.assignee, ...revision }, act),
      ),
    ),
    on(declareIncident, ({ params, body, actor, revision }) =>
      change(actor, params.id, (tx, id, act) =>
        triage.declareIncident(tx, { id, comment: body.reason, ...revision }, act),
      ),
    ),
    on(setIncidentStatus, ({ params, body, actor, revision }) =>
      change(actor, params.id, (tx, id, act) =>
        triage.advanceIncident(tx, { id, to: body.status, comment: body.reason, ...revision }, act),
      ),
    ),
    on(setVerdict, ({ params, body, actor, revision }) =>
      change(actor, params.id, (tx, id, act) =>
        triage.setVerdict(tx, { id, verdict: body.verdict, comment: body.note, ...revision }, act),
      ),
    ),
    on(addNote, async ({ params, body, actor }) => {
      const { id } = await found(actor, params.id);
      const note = await db.transaction((tx) =>
        record.addNote(tx, { incidentId: id, text: body.text }, { by: actor.id, at: clock.now() }),
      );
      db.channels.wake('incidents');
      return {
        id: note.id,
        at: note.created_at,
        kind: 'note.added',
        actor: actor.id,
        summary: note.text,
        subject: note.id,
        body: {},
      };
    }),
    on(listFindings, async ({ query, actor }) => {
      const { findings, next } = await readFindings(db.read, {
        tenantId: actor.tenantId,
        ...(query.rule_id === undefined ? {} : { ruleId: query.rule_id }),
        ...(query.min_severity_id === undefined ? {} : { minSeverityId: query.min_severity_id }),
        ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
        limit: query.limit,
      });
      return { items: findings, next_cursor: next ?? null };
    }),
    on(getFinding, async ({ params, actor }) => {
      const [finding] = await findingsByIds(db.read, [params.id]);
      if (!finding || finding.tenant_id !== actor.tenantId) throw errors.NO_SUCH_THING(['finding', params.id]);
      return finding;
    }),
  ];
}
