import { retryConflicts, type Transaction } from '../db/index.ts';
import { claimIncidents, settleIncidents, type ClaimedIncident } from '../triage/index.ts';
import type { Containment } from '../schema/containment.ts';
import { denialOf } from './contain/create-containments.ts';
import { placeRequests, type Placed, type PlacedAsk } from './contain/place-requests.ts';
import { releaseIn, type Release } from './contain/release.ts';
import type { Enforcement } from './enforce/points.ts';
import { attackOf } from './guard/attack.ts';
import { requestExecution } from './engine/store/executions.ts';
import { idFrom } from '../base/ids.ts';
import { choosePlaybooks } from './playbook/choose-playbooks.ts';
import type { Choice, LoadedPlaybook } from './playbook/playbook.ts';
import type { RespondSettings } from './settings.ts';
import { markWrong, openIds } from './store/containments.ts';

export interface RespondStage {
  /** One transaction over what changed since the last turn; true when there may be more. */
  turn(): Promise<boolean>;
  /** The work of a turn, within the caller's transaction, on the incidents it has or else on those that wait. undefined: none did. */
  take(tx: Transaction, handedOver?: readonly ClaimedIncident[]): Promise<Responded | undefined>;
  /** Pushes what was ordered and wakes who waits for it, after the commit. True when there may be more. */
  tell(done: Responded): Promise<boolean>;
}

export interface Responded {
  claimed: number;
  ordered: readonly Containment[];
  release: readonly Release[];
  /** Runs that were asked for; true, known with the commit: it is new. */
  requested: readonly Promise<boolean>[];
  /** There are new containments, of whatever status. */
  changed: boolean;
}

const incidentsAtOnce = 32;

/**
 * The fast path (DESIGN §5): claim, choose, decide, budget, ledger, containment and the outbox row of the playbook are one
 * commit; the points are pushed in-process at once after it. Nothing waits for an enricher or a queue.
 */
export function createStage(
  settings: RespondSettings,
  options: { push: Enforcement['push']; playbooks: () => readonly LoadedPlaybook[] },
): RespondStage {
  const { db, clock } = settings;
  async function take(tx: Transaction, handedOver?: readonly ClaimedIncident[]): Promise<Responded | undefined> {
    const claimed = handedOver ?? (await claimIncidents(tx, incidentsAtOnce));
    if (claimed.length === 0) return undefined;
    const started = await startPlaybooks(tx, claimed, settings, options.playbooks());
    const release = await releaseWrong(tx, claimed, clock.now());
    tx.later(settleIncidents(tx, claimed));
    return { ...started, release, claimed: claimed.length };
  }

  async function tell(done: Responded): Promise<boolean> {
    if (done.ordered.length > 0 || done.release.length > 0)
      options.push({ deny: done.ordered.flatMap(denialOf), release: [...done.release] });
    const hasRequested = (await Promise.all(done.requested)).some(Boolean);
    if (done.changed || hasRequested || done.release.length > 0) db.channels.wake('containments');
    if (hasRequested) db.channels.wake('executions');
    return done.claimed >= incidentsAtOnce;
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

interface Chosen {
  claim: ClaimedIncident;
  choice: Choice;
  /** Its asks in the turn's list: from, and how many. */
  from: number;
}

type Started = Pick<Responded, 'ordered' | 'requested' | 'changed'>;

async function startPlaybooks(
  tx: Transaction,
  claimed: readonly ClaimedIncident[],
  settings: RespondSettings,
  playbooks: readonly LoadedPlaybook[],
): Promise<Started> {
  const asks: PlacedAsk[] = [];
  const chosen: Chosen[] = [];
  for (const claim of claimed) {
    if (!mayRespond(claim)) continue;
    for (const choice of choosePlaybooks(claim, playbooks)) {
      chosen.push({ claim, choice, from: asks.length });
      for (const wish of choice.contain) asks.push(askOf(claim, choice, wish, settings.facts));
    }
  }
  const placed = await placeRequests(tx, asks, settings, 'again');
  const requested: Promise<boolean>[] = [];
  for (const { claim, choice, from } of chosen) {
    const ofIt = placed.slice(from, from + choice.contain.length);
    const executionId =
      choice.contain.length === 0
        ? idFrom('execution', choice.playbook.id, claim.incident.id, '0')
        : ofIt.flatMap((one) => (one.outcome === 'new' ? (one.executionId ?? []) : []))[0];
    if (executionId === undefined || !isWorthARun(ofIt)) continue;
    const run = requestExecution(tx, {
      executionId,
      playbook: choice.playbook,
      tenantId: claim.incident.tenant_id,
      siteId: claim.incident.site_id,
      incidentId: claim.incident.id,
      inputs: {
        variables: {},
        containments: ofIt.flatMap((one, index) => {
          const stepId = choice.contain[index]?.stepId;
          return one.outcome === 'new' && stepId !== undefined
            ? [{ step_id: stepId, containment_id: one.containment.id, target: one.containment.target }]
            : [];
        }),
      },
      requestedBy: 'system:respond',
      isDemonstration: claim.incident.is_demonstration,
    });
    tx.later(run);
    requested.push(run);
  }
  const fresh = placed.flatMap((one) => (one.outcome === 'new' ? [one.containment] : []));
  return { ordered: fresh.filter(({ status }) => status === 'ordered'), requested, changed: fresh.length > 0 };
}

/** Growth of an incident that is open and not called harmless by a person. */
function mayRespond({ incident, change }: ClaimedIncident): boolean {
  if (change === 'closed' || change === 'verdict') return false;
  return incident.status !== 'closed' && incident.status !== 'resolved' && !isHarmless(incident.verdict);
}

function isHarmless(verdict: string | null): boolean {
  return verdict === 'false_positive' || verdict === 'benign' || verdict === 'test';
}

/** When everything it wanted contained was refused, there is nothing for a playbook to do. */
function isWorthARun(placed: readonly Placed[]): boolean {
  return placed.length === 0 || placed.some((one) => one.outcome === 'new' && one.containment.status !== 'refused');
}

function askOf(
  { incident, findings }: ClaimedIncident,
  choice: Choice,
  wish: Choice['contain'][number],
  facts: RespondSettings['facts'],
): PlacedAsk {
  return {
    request: {
      tenantId: incident.tenant_id,
      siteId: incident.site_id,
      kind: wish.kind,
      target: wish.target.value,
      subject: {
        role: wish.target.role,
        fieldTrust: wish.target.field_trust,
        channelTrust: wish.target.channel_trust,
      },
      requestedBy: 'system:respond',
      ruleId: choice.ruleId,
      playbookId: choice.playbook.id,
      stepId: wish.stepId,
      incidentId: incident.id,
      severityId: incident.severity_id,
      durationS: wish.durationS,
      reason: wish.reason,
      isDemonstration: incident.is_demonstration,
    },
    ruleIds: wish.ruleIds,
    attack: attackOf(
      findings,
      { target: wish.target.value, ruleIds: wish.ruleIds, firstSeenAt: incident.first_seen_at },
      (sourceId) => facts.isReplay(sourceId),
    ),
    episode: {
      incidentId: incident.id,
      playbookId: choice.playbook.id,
      stepId: wish.stepId,
    },
  };
}

/** A person's word that it was no attack releases everything the incident caused, and forgets it for escalation. */
async function releaseWrong(tx: Transaction, claimed: readonly ClaimedIncident[], nowMs: number): Promise<Release[]> {
  const release: Release[] = [];
  for (const { incident, change } of claimed) {
    if (change !== 'verdict' || !isHarmless(incident.verdict)) continue;
    if (incident.verdict === 'false_positive') await markWrong(tx, incident.id);
    const ended = await releaseIn(
      tx,
      await openIds(tx, { incidentId: incident.id }),
      { actor: incident.verdict_by ?? 'system:respond', reason: `The verdict is "${incident.verdict}".` },
      nowMs,
    );
    release.push(...ended.release);
  }
  return release;
}
