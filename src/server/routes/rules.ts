import { armRule, getShadowRecord, listRules } from '../../api/rules.ts';
import type { Database } from '../../db/index.ts';
import { listRules as readRules } from '../../detect/index.ts';
import type { Containments } from '../../respond/index.ts';
import { on, type Owned } from '../http/register.ts';

export function ruleRoutes(room: { db: Database; containments: Containments; contentVersion: () => string }): Owned[] {
  const { db, containments } = room;
  return [
    on(listRules, async ({ actor }) => {
      const [listings, armings] = await Promise.all([readRules(db.read), containments.listArmings(actor.tenantId)]);
      const items = listings.flatMap((listing) => {
        if (!listing.is_loaded || listing.rule_id === null || listing.kind === 'unreadable') return [];
        const {
          rule_id: id,
          kind,
          hash: version,
          document: _document,
          is_loaded: _loaded,
          problems: _problems,
          ...told
        } = listing;
        return [{ ...told, id, kind, version, armings: armings.filter((one) => one.rule_id === id) }];
      });
      const errors = listings.flatMap(({ file, problems, is_loaded }) =>
        is_loaded
          ? []
          : problems.map(({ code, message, fix, line, column }) => ({
              file,
              line: line ?? null,
              column: column ?? null,
              code,
              message,
              fix,
            })),
      );
      return { items, errors, content_version: room.contentVersion() };
    }),
    on(getShadowRecord, async ({ params, actor }) => {
      const [record, protectedSet] = await Promise.all([
        containments.shadowRecord(actor.tenantId, params.id, params.action),
        containments.listProtected(actor.tenantId),
      ]);
      return {
        rule_id: record.ruleId,
        action: record.action,
        level: record.level,
        count: record.count,
        latest: record.latest.map(({ wouldHave, ...item }) => ({ ...item, would_have: wouldHave })),
        protected_set: protectedSet,
      };
    }),
    on(armRule, async ({ params, body, actor }) => {
      await containments.arm(
        { tenantId: actor.tenantId, ruleId: params.id, action: params.action, level: body.level },
        { actor: actor.id, confirm: { shadowSeen: body.shadow_seen, protectedConfirmed: body.protected_confirmed } },
      );
      const armings = await containments.listArmings(actor.tenantId);
      const arming = armings.find(({ rule_id, action }) => rule_id === params.id && action === params.action);
      return arming ?? { action: params.action, level: body.level, armed_at: null, armed_by: null };
    }),
  ];
}
