import type { HeldDenial, HoldReason } from '../../connector/index.ts';
import type { Tx } from '../../db/index.ts';
import { append, type LedgerEntry } from '../../ledger/index.ts';
import type { Containment, ContainmentStatus, Verification } from '../../schema/containment.ts';
import { advance, transitions } from '../contain/transitions.ts';
import { lockContainments, saveContainments } from '../store/containments.ts';
import * as places from '../store/enforcements.ts';
import type { PointSettings } from './points.ts';

/** What came back from a point for one change. */
export interface ChangeReport {
  denied: readonly string[];
  released: readonly string[];
  answer:
    | {
        type: 'done';
        held: readonly HeldDenial[];
        heldBack: readonly { target: string; reason: HoldReason; detail: string }[];
      }
    | { type: 'failed' | 'lost'; message: string };
}

/** Writes what a point answered to a change: places, containments and ledger in one transaction. */
export async function recordChange(tx: Tx, point: PointSettings, report: ChangeReport, nowMs: number): Promise<void> {
  const now = new Date(nowMs);
  const { answer } = report;
  if (answer.type !== 'done') {
    await markUncertain(tx, point, report, nowMs);
    return;
  }
  const held = new Set(answer.held.map(({ target }) => target));
  const applied = report.denied.filter((target) => held.has(target));
  const inForce = applied.length === 0 ? [] : await places.markApplied(tx, point.id, applied, now);
  await settle(tx, inForce, (containment) => appliedTo(containment, point, nowMs), nowMs, `system:respond`);
  if (answer.heldBack.length > 0) {
    const changed = await places.markHeldBack(tx, point.id, answer.heldBack);
    // Stopped or expired is no failure: the one is tried again, the other is over anyway.
    const refused = new Map(
      answer.heldBack.flatMap(({ target, reason, detail }) =>
        reason === 'stopped' || reason === 'expired' ? [] : [[target, detail] as const],
      ),
    );
    await settle(
      tx,
      changed.filter(({ target }) => refused.has(target)),
      (containment) => heldBackFrom(containment, point, refused.get(containment.target) ?? ''),
      nowMs,
      'system:respond',
    );
  }
  const gone = report.released.filter((target) => !held.has(target));
  if (gone.length > 0) await places.markReleased(tx, point.id, gone);
}

async function markUncertain(tx: Tx, point: PointSettings, report: ChangeReport, nowMs: number): Promise<void> {
  if (report.denied.length === 0 || report.answer.type === 'done') return;
  const { message } = report.answer;
  const denied = new Set(report.denied);
  const wanted = (await places.pendingAt(tx, point.id, new Date(nowMs))).filter(({ target }) => denied.has(target));
  await settle(
    tx,
    wanted.map(({ containment_id }) => ({ id: containment_id })),
    (containment) =>
      containment.status === 'ordered'
        ? {
            to: 'uncertain',
            verification: { ...containment.verification, detail: `${point.id} did not answer: ${message}` },
            summary: `Whether ${point.id} holds ${containment.target} is uncertain (${message}); it is read back.`,
          }
        : undefined,
    nowMs,
    'system:respond',
  );
}

export interface Move {
  to: ContainmentStatus;
  verification: Verification;
  summary: string;
  change?: Partial<Containment>;
  /** Ledger kind when it is not `containment.<to>`. */
  kind?: string;
}

/** Moves containments under lock, each with its ledger entry; a move that is not possible any more is left out. */
export async function settle(
  tx: Tx,
  ids: readonly { id: string }[],
  moveOf: (containment: Containment) => Move | undefined,
  nowMs: number,
  actor: string,
): Promise<Containment[]> {
  if (ids.length === 0) return [];
  const moved: Containment[] = [];
  const entries: LedgerEntry[] = [];
  for (const containment of await lockContainments(tx, [...new Set(ids.map(({ id }) => id))])) {
    const move = moveOf(containment);
    if (!move) continue;
    const { to, verification } = move;
    if (to !== containment.status && !transitions[containment.status].includes(to)) continue;
    const change = { ...move.change, verification };
    moved.push(
      to === containment.status
        ? { ...containment, ...change, revision: containment.revision + 1 }
        : advance(containment, to, change),
    );
    entries.push({
      tenant_id: containment.tenant_id,
      at: nowMs,
      kind: move.kind ?? `containment.${to}`,
      actor,
      ...(containment.incident_id !== null && { incident_id: containment.incident_id }),
      subject: containment.id,
      summary: move.summary,
      body: { target: containment.target, kind: containment.kind, status: to, verification },
    });
  }
  if (moved.length === 0) return moved;
  await append(tx, entries);
  await saveContainments(tx, moved);
  return moved;
}

function appliedTo(containment: Containment, point: PointSettings, nowMs: number): Move | undefined {
  if (point.level === 'published') {
    if (containment.status !== 'ordered' && containment.status !== 'uncertain') return undefined;
    return {
      to: 'unverifiable',
      verification: {
        ...containment.verification,
        applied: 'not_readable',
        applied_at: new Date(nowMs).toISOString(),
        effective: 'not_observable',
        detail: `${point.id} wrote it down; nothing is dropped there.`,
      },
      summary: `${containment.target} is recorded at ${point.id}; nothing is dropped there.`,
    };
  }
  if (containment.status === 'in_force') return undefined;
  return {
    to: 'in_force',
    verification: {
      ...containment.verification,
      applied: 'yes',
      applied_at: new Date(nowMs).toISOString(),
      effective:
        containment.verification.effective === 'not_observable' ? 'pending' : containment.verification.effective,
      detail: `${point.id} ${holdsOf(point)}.`,
    },
    change: { in_force_at: containment.in_force_at ?? new Date(nowMs) },
    summary: `${containment.target} is denied at ${point.id}: it ${holdsOf(point)}.`,
  };
}

function holdsOf(point: PointSettings): string {
  return point.level === 'pulled' ? 'was pulled with it' : 'holds it (read back)';
}

function heldBackFrom(containment: Containment, point: PointSettings, detail: string): Move | undefined {
  if (containment.status === 'failed') return undefined;
  return {
    to: 'failed',
    verification: { ...containment.verification, applied: 'no', detail: `${point.id} held it back: ${detail}` },
    summary: `${point.id} refused to deny ${containment.target}: ${detail}`,
  };
}
