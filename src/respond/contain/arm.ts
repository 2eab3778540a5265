import { canonicalRange } from '../../base/address.ts';
import { canonicalTarget, compiledProtection } from '../../connector/index.ts';
import type { Tx } from '../../db/index.ts';
import { append } from '../../ledger/index.ts';
import type { Containment } from '../../schema/containment.ts';
import type { By, Containments } from '../containments.ts';
import { errors } from '../errors.ts';
import type { RespondSettings } from '../settings.ts';
import * as store from '../store/armings.ts';
import { openIds } from '../store/containments.ts';

type Arming = Pick<Containments, 'protect' | 'unprotect' | 'listProtected' | 'shadowRecord' | 'arm' | 'listArmings'>;

const shownShadows = 20;

/** What the owner settles: what is never contained, and which rule may act how far. */
export function createArming(
  settings: RespondSettings,
  release: (ids: (tx: Tx) => Promise<readonly string[]>, by: By) => Promise<Containment[]>,
): Arming {
  const { db, clock } = settings;
  return {
    async protect(text, { tenantId, actor, reason }) {
      const range = canonicalRange(text.trim());
      if (range === undefined) throw errors.NOT_PROTECTABLE([text.slice(0, 200)]);
      const nowMs = clock.now();
      await db.transaction(async (tx) => {
        await store.insertProtected(tx, { tenantId, range, reason, by: actor, at: new Date(nowMs) });
        await append(tx, [
          {
            tenant_id: tenantId,
            at: nowMs,
            kind: 'protection.added',
            actor,
            subject: range,
            summary: `${range} is protected: ${reason}`,
            body: { range, reason },
          },
        ]);
      });
      // After the commit, so that a decision under way either sees the entry or is swept by the next turn.
      const ended = await release((tx) => openIds(tx, { tenantId, range }), {
        actor,
        reason: `${range} is protected now: ${reason}`,
      });
      return { range, released: ended.length };
    },
    async unprotect(text, { tenantId, actor, reason }) {
      const range = canonicalRange(text.trim());
      if (range === undefined) throw errors.NOT_PROTECTABLE([text.slice(0, 200)]);
      return db.transaction(async (tx) => {
        const wasThere = await store.deleteProtected(tx, tenantId, range);
        if (wasThere)
          await append(tx, [
            {
              tenant_id: tenantId,
              at: clock.now(),
              kind: 'protection.removed',
              actor,
              subject: range,
              summary: `${range} is no longer protected by the owner's list: ${reason}`,
              body: { range, reason },
            },
          ]);
        return wasThere;
      });
    },
    async listProtected(tenantId) {
      return [
        ...compiledProtection.map((one) => ({ ...one, source: 'compiled_in' as const })),
        ...settings.facts.hostProtections.map((one) => ({ ...one, source: 'host' as const })),
        ...settings.facts.ownerProtections.map((one) => ({ ...one, source: 'owner' as const })),
        ...(await store.listProtected(db.read, tenantId)).map((one) => ({ ...one, source: 'owner' as const })),
      ].map((one) => ({ ...one, range: canonicalTarget(one.range) ?? one.range }));
    },
    async shadowRecord(tenantId, ruleId, action) {
      const record = await store.shadowRecordOf(db.read, tenantId, ruleId, action, shownShadows);
      const armed = await store.levelOf(db.read, tenantId, ruleId, action);
      return {
        ruleId,
        action,
        level: armed?.level ?? 'shadow',
        count: record.count,
        latest: record.latest.map((one) => ({
          target: one.target,
          at: one.created_at,
          reason: one.reason,
          wouldHave: `${action} ${one.target} for ${one.duration_s} s`,
        })),
      };
    },
    async arm({ tenantId, ruleId, action, level }, { actor, confirm }) {
      const nowMs = clock.now();
      await db.transaction(async (tx) => {
        const { count } = await store.shadowRecordOf(tx, tenantId, ruleId, action, 1);
        // Down the ladder needs no confirmation: it only makes things safer.
        if (level === 'approve' || level === 'auto') {
          // More may have come since it was shown; fewer cannot. An empty record can be shown, too.
          const wasSeen = confirm.shadowSeen <= count && (confirm.shadowSeen > 0 || count === 0);
          if (!wasSeen || !confirm.protectedConfirmed) throw errors.ARMING_UNSEEN([ruleId, action, count]);
        }
        await store.upsertArming(tx, {
          tenantId,
          ruleId,
          action,
          level,
          armedBy: actor,
          armedAt: new Date(nowMs),
          shadowSeen: confirm.shadowSeen,
        });
        await append(tx, [
          {
            tenant_id: tenantId,
            at: nowMs,
            kind: 'arming.changed',
            actor,
            subject: ruleId,
            summary: `${action} by ${ruleId} is now "${level}" (${confirm.shadowSeen} shadow records seen).`,
            body: { rule_id: ruleId, action, level, shadow_seen: confirm.shadowSeen, shadow_count: count },
          },
        ]);
      });
    },
    listArmings: (tenantId) => store.listArmings(db.read, tenantId),
  };
}
