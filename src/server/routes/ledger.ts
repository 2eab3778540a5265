import { getCheckpoint, listLedger, verifyLedger } from '../../api/ledger.ts';
import type { Database } from '../../db/index.ts';
import {
  entriesOfIncident,
  latestCheckpoint,
  listEntries,
  type LedgerReport,
  type ListedEntry,
} from '../../ledger/index.ts';
import { on, type Owned } from '../http/register.ts';

export function ledgerRoutes(room: { db: Database; verify: () => Promise<LedgerReport> }): Owned[] {
  const { db } = room;
  return [
    on(listLedger, async ({ query, actor }) => {
      if (query.incident_id !== undefined) {
        const entries = await entriesOfIncident(db.read, query.incident_id, query.limit);
        return {
          items: entries.filter(({ tenant_id }) => tenant_id === actor.tenantId).map(wireOf),
          next_cursor: null,
        };
      }
      const rows = await listEntries(db.read, {
        tenantId: actor.tenantId,
        ...(query.cursor === undefined ? {} : { before: query.cursor }),
        limit: query.limit + 1,
      });
      const items = rows.slice(0, query.limit);
      return { items: items.map(wireOf), next_cursor: rows.length > query.limit ? (items.at(-1)?.id ?? null) : null };
    }),
    on(getCheckpoint, async () => {
      const checkpoint = await latestCheckpoint(db.read);
      if (!checkpoint) return null;
      // Third line of the signed note: the root hash (C2SP tlog-checkpoint).
      const root = checkpoint.note.split('\n')[2] ?? '';
      return { tree_size: checkpoint.size, root_hash: root, at: checkpoint.at, note: checkpoint.note };
    }),
    on(verifyLedger, async () => {
      const report = await room.verify();
      return report.outcome === 'intact'
        ? {
            is_intact: true,
            checked: report.size,
            tree_size: report.proven,
            first_bad_index: null,
            detail: `Intact: ${report.size} entries, ${report.proven} of them under ${report.checkpoints} signed checkpoints.`,
          }
        : {
            is_intact: false,
            checked: report.seq,
            tree_size: 0,
            first_bad_index: report.seq,
            detail: `Broken at entry ${report.seq}${report.id === null ? '' : ` (${report.id})`}: ${report.what}.`,
          };
    }),
  ];
}

function wireOf(entry: ListedEntry) {
  return {
    leaf_index: entry.seq,
    leaf_hash: Buffer.from(entry.leaf_hash).toString('hex'),
    id: entry.id,
    at: entry.at,
    kind: entry.kind,
    actor: entry.actor,
    incident_id: entry.incident_id,
    subject: entry.subject,
    summary: entry.summary,
    body: detailsOf(entry.body),
  };
}

/** The row's body is the canonical text of the whole entry; its own `body` holds the details. */
function detailsOf(text: string): Record<string, unknown> {
  const whole: unknown = JSON.parse(text);
  if (typeof whole !== 'object' || whole === null || !('body' in whole)) return {};
  const details = whole.body;
  return typeof details === 'object' && details !== null && !Array.isArray(details) ? { ...details } : {};
}
