import type { RespondSettings } from '../settings.ts';
import { placeAtPoint, takePoint, unwantedAt } from '../store/enforcements.ts';
import { listedTargets, retireStalePulls, savePull } from '../store/pulls.ts';
import type { PointSettings } from './points.ts';
import { recordChange } from './record-answers.ts';

export interface ListedDenial {
  target: string;
  expiresAt: number;
  /** What stays when a list is capped: repeat offenders and what people asked for before the rest. */
  priority: number;
}

/** Block lists that firewalls pull: what is on them, and that they were pulled. */
export interface PulledLists {
  entries(tenantId: string): Promise<ListedDenial[]>;
  /** `consumer`: the token that pulled. It is an enforcement point from its first pull until it stays away for a day. */
  pulled(pull: {
    name: string;
    tenantId: string;
    consumer: string;
    etag: string;
    targets: readonly string[];
  }): Promise<void>;
}

const staleMs = 86_400_000;

export function createPulledLists(settings: Pick<RespondSettings, 'db' | 'clock'>): PulledLists {
  const { db, clock } = settings;
  const known = new Set<string>();
  return {
    async entries(tenantId) {
      const rows = await listedTargets(db.read, tenantId, new Date(clock.now()));
      return rows.map((row) => ({
        target: row.target,
        expiresAt: row.expires_at.getTime(),
        priority: row.escalation * 2 + (row.is_by_person ? 1 : 0),
      }));
    },
    async pulled({ name, tenantId, consumer, etag, targets }) {
      const point: PointSettings = {
        id: `blocklist:${name}@${consumer}`,
        tenantId,
        siteId: 'default',
        host: consumer,
        kind: 'blocklist',
        level: 'pulled',
        isDemonstration: false,
      };
      const nowMs = clock.now();
      await db.transaction(async (tx) => {
        if (!known.has(point.id)) await takePoint(tx, point, 'blocklist', new Date(nowMs));
        await placeAtPoint(tx, point.id, new Date(nowMs));
        await savePull(tx, { pointId: point.id, etag, at: new Date(nowMs) });
        await retireStalePulls(tx, new Date(nowMs - staleMs), new Date(nowMs));
        await recordChange(
          tx,
          point,
          {
            denied: targets,
            released: await unwantedAt(tx, point.id, new Date(nowMs)),
            answer: { type: 'done', held: targets.map((target) => ({ target })), heldBack: [] },
          },
          nowMs,
        );
      });
      known.add(point.id);
    },
  };
}
