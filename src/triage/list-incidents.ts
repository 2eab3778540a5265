import { storableText } from '../base/storable-text.ts';
import { sql, type Tx } from '../db/index.ts';
import { Incident, type IncidentStage, type IncidentStatus } from '../schema/incident.ts';
import { incidentColumns } from './store/incidents.ts';

export interface IncidentFilter {
  tenantId?: string;
  status?: readonly IncidentStatus[];
  stage?: IncidentStage;
  /** OCSF severity_id: this or worse. */
  minSeverityId?: number;
  /** Found in title, entity, cause or number; no pattern language. */
  text?: string;
  assignee?: string;
  /** `risk`: the most urgent first (default); `newest`: the last opened first. */
  order?: 'risk' | 'newest';
  /** `next` of the page before, with the same order. */
  cursor?: string;
  limit: number;
}

export interface IncidentPage {
  incidents: Incident[];
  /** Absent on the last page. */
  next?: string;
}

/** A cursor that was not ours starts at the beginning. */
export async function listIncidents(tx: Tx, filter: IncidentFilter): Promise<IncidentPage> {
  const isByRisk = filter.order !== 'newest';
  const after = readCursor(filter.cursor);
  const text = filter.text === undefined ? '' : storableText(filter.text.trim());
  const rows = await tx.many(
    Incident,
    sql`select ${incidentColumns} from incidents i where true
      ${filter.tenantId === undefined ? sql`` : sql`and i.tenant_id = ${filter.tenantId}`}
      ${filter.status === undefined ? sql`` : sql`and i.status = any(${[...filter.status]}::text[])`}
      ${filter.stage === undefined ? sql`` : sql`and i.stage = ${filter.stage}`}
      ${filter.minSeverityId === undefined ? sql`` : sql`and i.severity_id >= ${filter.minSeverityId}`}
      ${filter.assignee === undefined ? sql`` : sql`and i.assignee = ${filter.assignee}`}
      ${
        text
          ? sql`and (strpos(lower(i.title), lower(${text})) > 0 or strpos(lower(i.entity_value), lower(${text})) > 0
              or strpos(lower(i.cause), lower(${text})) > 0 or i.number::text = ${text.replace(/^#/, '')})`
          : sql``
      }
      ${
        after
          ? isByRisk
            ? sql`and (i.risk_score, i.number) < (${after.risk}::double precision, ${after.number}::bigint)`
            : sql`and i.number < ${after.number}`
          : sql``
      }
      order by ${isByRisk ? sql`i.risk_score desc, i.number desc` : sql`i.number desc`} limit ${filter.limit + 1}`,
  );
  const incidents = rows.slice(0, filter.limit);
  const last = incidents.at(-1);
  return rows.length > filter.limit && last
    ? { incidents, next: Buffer.from(`${last.risk_score} ${last.number}`).toString('base64url') }
    : { incidents };
}

function readCursor(cursor: string | undefined): { risk: number; number: number } | undefined {
  const [risk, number] = Buffer.from(cursor ?? '', 'base64url')
    .toString()
    .split(' ')
    .map(Number);
  return risk === undefined || number === undefined || !Number.isFinite(risk) || !Number.isSafeInteger(number)
    ? undefined
    : { risk, number };
}
