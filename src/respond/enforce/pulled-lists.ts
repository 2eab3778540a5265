import type { RespondSettings } from '../settings.ts';
import { listedTargets, savePull } from '../store/pulls.ts';
import { placeAtPoint, takePoint } from '../store/enforcements.ts';
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
  /** `consumer`: the token that pulled. The list is an enforcement point from its first pull on. */
  pulled(pull: {
    name: string;
    tenantId: string;
    consumer: string;
    etag: string;
    targets: readonly string[];
  }): Promise<void>;
}

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
        id: `blocklist:${tenantId}:${name}`,
        tenantId,
        siteId: 'default',
        host: name,
        kind: 'blocklist',
        level: 'pulled',
        isDemonstration: false,
      };
      const nowMs = clock.now();
      await db.transaction(async (tx) => {
        if (!known.has(point.id)) await takePoint(tx, point, 'blocklist', new Date(nowMs));
        await placeAtPoint(tx, point.id, new Date(nowMs));
        await savePull(tx, { pointId: point.id, tenantId, consumer, etag, at: new Date(nowMs) });
        await recordChange(
          tx,
          point,
          {
            denied: targets,
            released: [],
            answer: { type: 'done', held: targets.map((target) => ({ target })), heldBack: [] },
          },
          nowMs,
        );
      });
      known.add(point.id);
    },
  };
}
