import type { Clock } from '../base/clock.ts';
import { newId } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import { ChangedMeanwhile, retryConflicts, type Database, type Transaction, type Tx } from '../db/index.ts';
import { claimFindings, settleFindings } from '../detect/index.ts';
import { append, type LedgerEntry } from '../ledger/index.ts';
import type { Incident } from '../schema/incident.ts';
import { scoreIncidents, type Span } from './score/score-incidents.ts';
import { triageActor, writePlacements } from './change/write-placements.ts';
import { readDeclarePolicy } from './declare-policy.ts';
import { defaultSettings, group, type GroupSettings, type Placement } from './group/group.ts';
import { growthEntries } from './growth-entries.ts';
import { openStatuses } from './statuses.ts';
import { insertIncidentClaims, type IncidentChange } from './store/incident-claims.ts';
import { lockIncidents } from './store/incidents.ts';
import { factsOf } from './store/facts.ts';
import { loadKnown } from './store/known.ts';
import { writeDeclaration, writeStatus } from './store/write-changes.ts';
import { writeScores } from './store/write-incidents.ts';

export interface TriageOptions {
  db: Database;
  clock: Clock;
  log: Log;
  /** CEL conditions over `incident`, of which any one declares it. None: only people declare. */
  declare?: readonly string[];
  settings?: Partial<GroupSettings>;
  /** Changes of findings taken in one transaction. */
  batch?: number;
}

export interface Triage {
  /** One transaction: changes of findings become incidents. True while there may be more. */
  turn(): Promise<boolean>;
  /** The work of a turn, within the caller's transaction. undefined: nothing waited. */
  take(tx: Transaction): Promise<Triaged | undefined>;
  /** Wakes who waits for it, after the commit. True while there may be more. */
  tell(done: Triaged): boolean;
}

export interface Triaged {
  /** Findings that opened an incident, joined one or fired again. */
  changed: number;
  isFull: boolean;
}

/** Any number of processes may run it at once. */
export function createTriage(options: TriageOptions): Triage {
  const { db, clock } = options;
  const settings = { ...defaultSettings, ...options.settings };
  const policy = readDeclarePolicy(options.declare ?? []);
  const batch = options.batch ?? 500;

  async function take(tx: Transaction): Promise<Triaged | undefined> {
    const claims = await claimFindings(tx, batch);
    if (claims.length === 0) return undefined;
    const atMs = clock.now();
    const findings = claims
      .map((claim) => claim.finding)
      .sort((a, b) => a.first_seen_at.getTime() - b.first_seen_at.getTime() || (a.id < b.id ? -1 : 1));
    const known = await loadKnown(tx, findings, settings.joinWindowMs);
    const placements = group(findings, known, atMs, () => newId('incident', atMs), settings).filter(
      (placement) => placement.how !== 'fires_again' || placement.newEvents > 0,
    );
    if (placements.length > 0) {
      const before = await lockTargets(tx, placements);
      const standing = await reopen(tx, placements, before, atMs);
      // Sent together: the facts are read after the placements are written, because that is their order.
      const [opened, facts] = await Promise.all([
        writePlacements(tx, placements, known, atMs),
        factsOf(tx, [...new Set(placements.map((placement) => placement.incidentId))]),
      ]);
      const scored = scoreIncidents([...standing, ...opened], facts, spansOf(placements), atMs);
      tx.later(writeScores(tx, scored, atMs));
      const { after, entries } = declare(tx, scored, atMs);
      tx.later(append(tx, [...growthEntries(placements, standing, after, atMs), ...entries]));
      const changes = after.map((incident) => ({
        incident_id: incident.id,
        change: changeOf(incident, standing, placements),
        revision: incident.revision,
      }));
      tx.later(insertIncidentClaims(tx, changes));
    }
    tx.later(settleFindings(tx, claims));
    return {
      changed: placements.length,
      isFull: claims.reduce((sum, { revisions }) => sum + revisions.length, 0) >= batch,
    };
  }

  function declare(tx: Transaction, incidents: readonly Incident[], atMs: number): Declared {
    const entries: LedgerEntry[] = [];
    const after: Incident[] = [];
    for (const incident of incidents) {
      const condition = incident.stage === 'suspected' ? policy(incident) : undefined;
      if (condition === undefined) {
        after.push(incident);
        continue;
      }
      tx.later(writeDeclaration(tx, incident.id, 'policy:triage.declare', atMs));
      after.push({ ...incident, stage: 'declared', declared_at: new Date(atMs), declared_by: 'policy:triage.declare' });
      entries.push({
        tenant_id: incident.tenant_id,
        at: atMs,
        kind: 'incident.declared',
        actor: triageActor,
        incident_id: incident.id,
        subject: incident.id,
        summary: `Incident ${incident.number} was declared by the owner's policy: ${condition}`,
        body: { condition, severity_id: incident.severity_id, risk_score: incident.risk_score },
      });
    }
    return { after, entries };
  }

  function tell({ changed, isFull }: Triaged): boolean {
    if (changed > 0) {
      db.channels.wake('incidents');
      db.channels.wake('ledger');
    }
    // A turn that took all there was is not followed by an empty one: that would stand in the way of the next stage.
    return isFull;
  }

  return {
    async turn() {
      const done = await retryConflicts(() => db.transaction(take));
      return done !== undefined && tell(done);
    },
    take,
    tell,
  };
}

/** The incidents as they are now, and what the ledger is told of those that the policy declared. */
interface Declared {
  after: Incident[];
  entries: LedgerEntry[];
}

async function lockTargets(tx: Tx, placements: readonly Placement[]): Promise<Incident[]> {
  const opened = new Set(placements.filter((placement) => placement.how === 'opens').map((p) => p.incidentId));
  const reopened = new Set(placements.filter((placement) => placement.how === 'reopens').map((p) => p.incidentId));
  const ids = [...new Set(placements.map((placement) => placement.incidentId))].filter((id) => !opened.has(id));
  if (ids.length === 0) return [];
  const locked = await lockIncidents(tx, ids);
  for (const incident of locked) {
    const isAsRead = reopened.has(incident.id)
      ? incident.status === 'resolved'
      : openStatuses.includes(incident.status);
    if (!isAsRead) throw new ChangedMeanwhile();
  }
  return locked;
}

/** Takes up again what fires again; gives the incidents as they are then. */
async function reopen(
  tx: Tx,
  placements: readonly Placement[],
  before: readonly Incident[],
  atMs: number,
): Promise<Incident[]> {
  const ids = new Set(placements.filter(({ how }) => how === 'reopens').map(({ incidentId }) => incidentId));
  for (const id of ids)
    await writeStatus(tx, id, { status: 'in_progress', resolvedAtMs: null, closedAtMs: null }, atMs);
  return before.map((incident) => (ids.has(incident.id) ? { ...incident, status: 'in_progress' } : incident));
}

function spansOf(placements: readonly Placement[]): Map<string, Span> {
  const spans = new Map<string, Span>();
  for (const { finding, incidentId } of placements) {
    const span = spans.get(incidentId);
    spans.set(incidentId, {
      firstSeenAt: span && span.firstSeenAt < finding.first_seen_at ? span.firstSeenAt : finding.first_seen_at,
      lastSeenAt: span && span.lastSeenAt > finding.last_seen_at ? span.lastSeenAt : finding.last_seen_at,
      isDemonstration: (span?.isDemonstration ?? true) && finding.is_demonstration,
    });
  }
  return spans;
}

/** grew: findings joined, or it became worse; updated: the same fires on. */
function changeOf(after: Incident, before: readonly Incident[], placements: readonly Placement[]): IncidentChange {
  const was = before.find((incident) => incident.id === after.id);
  if (!was) return 'opened';
  const joined = placements.some((placement) => placement.incidentId === after.id && placement.how !== 'fires_again');
  return joined || after.severity_id > was.severity_id || after.title !== was.title ? 'grew' : 'updated';
}
