import type { Clock } from '../base/clock.ts';
import { newId } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import { ChangedMeanwhile, retryConflicts, type Database, type Transaction, type Tx } from '../db/index.ts';
import { claimFindings, settleFindings } from '../detect/index.ts';
import { append } from '../ledger/index.ts';
import type { Incident } from '../schema/incident.ts';
import { seenEntities, writePlacements } from './change/write-placements.ts';
import type { ClaimedIncident } from './claim-incidents.ts';
import { declare, declaringPolicy } from './declare.ts';
import { readDeclarePolicy } from './declare-policy.ts';
import { defaultSettings, group, type GroupSettings, type Placement } from './group/group.ts';
import type { Known } from './group/known.ts';
import { growthEntries } from './growth-entries.ts';
import { openIncidents } from './open-incidents.ts';
import { scoreIncidents, type Span } from './score/score-incidents.ts';
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
  /**
   * The work of a turn, within the caller's transaction. undefined: nothing waited. `mayHandOver`: when all it did was to open
   * a few incidents, the caller gets them instead of whoever claims incidents, and acts on them in this transaction.
   */
  take(tx: Transaction, mayHandOver?: boolean): Promise<Triaged | undefined>;
  /** Wakes who waits for it, after the commit. True while there may be more. */
  tell(done: Triaged): boolean;
}

export interface Triaged {
  /** Findings that opened an incident, joined one or fired again. */
  changed: number;
  isFull: boolean;
  handedOver?: ClaimedIncident[];
}

/** More are responded to in turns of their own. */
const handedOverAtMost = 32;

/** Any number of processes may run it at once. */
export function createTriage(options: TriageOptions): Triage {
  const { db, clock } = options;
  const settings = { ...defaultSettings, ...options.settings };
  const policy = readDeclarePolicy(options.declare ?? []);
  const batch = options.batch ?? 500;

  async function take(tx: Transaction, mayHandOver = false): Promise<Triaged | undefined> {
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
    tx.later(settleFindings(tx, claims));
    const isFull = claims.reduce((sum, { revisions }) => sum + revisions.length, 0) >= batch;
    if (placements.length === 0) return { changed: 0, isFull };
    const { after, standing } = await write(tx, placements, known, atMs);
    const isHandedOver = mayHandOver && !isFull && standing.length === 0 && after.length <= handedOverAtMost;
    if (isHandedOver) return { changed: placements.length, isFull, handedOver: claimsOf(after, placements) };
    const changes = after.map((incident) => ({
      incident_id: incident.id,
      change: changeOf(incident, standing, placements),
      revision: incident.revision,
    }));
    tx.later(insertIncidentClaims(tx, changes));
    return { changed: placements.length, isFull };
  }

  /** Incidents that stood there are read again when their part is written; those that are opened are waited for by nobody. */
  async function write(tx: Transaction, placements: readonly Placement[], known: Known, atMs: number) {
    const standing = await reopen(tx, placements, await lockTargets(tx, placements), atMs);
    const spans = spansOf(placements);
    const entities = seenEntities(placements, known);
    const opened = declare(openIncidents(placements, entities, known, spans, atMs), policy, atMs);
    tx.later(writePlacements(tx, { placements, opened: opened.after, entities }, atMs));
    const facts = standing.length === 0 ? new Map() : await factsOf(tx, idsOf(standing));
    const grown = declare(scoreIncidents(standing, facts, spans, atMs), policy, atMs);
    if (standing.length > 0) tx.later(writeScores(tx, grown.after, atMs));
    for (const id of grown.declared) tx.later(writeDeclaration(tx, id, declaringPolicy, atMs));
    const after = [...grown.after, ...opened.after];
    tx.later(append(tx, [...growthEntries(placements, standing, after, atMs), ...grown.entries, ...opened.entries]));
    return { after, standing };
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

const idsOf = (incidents: readonly Incident[]) => incidents.map(({ id }) => id);

function claimsOf(opened: readonly Incident[], placements: readonly Placement[]): ClaimedIncident[] {
  return opened.map((incident) => ({
    incident,
    findings: placements.filter(({ incidentId }) => incidentId === incident.id).map(({ finding }) => finding),
    change: 'opened',
    claim_ids: [],
  }));
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
