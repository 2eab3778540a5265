import { sourceKeyOf, canonicalAddress } from '../../../base/address.ts';
import type { Clock } from '../../../base/clock.ts';
import { messageOf } from '../../../base/errors.ts';
import { assetFor, indicatorsFor } from '../../../context/index.ts';
import type { Database } from '../../../db/index.ts';
import { incidentById, listIncidents } from '../../../triage/index.ts';
import type { ActionCall, ReadingAction } from '../action.ts';

const maxIncidents = 50;

/** One kind of knowledge; each fails on its own and says so. */
type Lookup = (call: ActionCall, address: string) => Promise<string>;

/**
 * `firebreak:enrich`: what is known here of the incident's entity, for the people who are told. Only our own tables are
 * read; nobody outside is asked, and no name is looked up. What could not be read is said.
 */
export function enrich({ db, clock }: { db: Database; clock: Clock }): ReadingAction {
  const lookups: readonly (readonly [string, Lookup])[] = [
    ['earlier incidents', earlierIncidents],
    ['asset', asset],
    ['indicators', indicators],
  ];

  async function earlierIncidents(call: ActionCall, value: string): Promise<string> {
    const { incidents } = await listIncidents(db.read, {
      tenantId: call.tenantId,
      text: value,
      order: 'newest',
      limit: maxIncidents,
    });
    const others = incidents.filter(
      (one) => one.id !== call.incidentId && one.entity_value === value && one.site_id === call.siteId,
    );
    if (others.length === 0) return 'no earlier incident';
    const latest = others.slice(0, 3).map((one) => `${one.number} (${one.verdict ?? one.status})`);
    return `${others.length} earlier incidents, latest ${latest.join(', ')}`;
  }

  async function asset(call: ActionCall, value: string): Promise<string> {
    const found = await assetFor(db.read, { tenant_id: call.tenantId, site_id: call.siteId, type: 'ip', value });
    return found ? `asset ${found.name} (${found.roles.join(', ') || 'no role'})` : 'no asset of ours';
  }

  async function indicators(call: ActionCall, value: string): Promise<string> {
    const found = await indicatorsFor(db.read, call.tenantId, [{ type: 'ip', value }], clock.now());
    if (found.length === 0) return 'no indicator';
    const named = found.slice(0, 3).map((one) => `${one.source} (confidence ${one.confidence})`);
    return `named by ${named.join(', ')}`;
  }

  return {
    name: 'firebreak:enrich',
    async read(call) {
      const incident = call.incidentId === null ? undefined : await incidentById(db.read, call.incidentId);
      const value = incident?.entity_value ?? call.args['__target__'] ?? '';
      const address = canonicalAddress(value.replace(/\/\d+$/, ''));
      const subject = address === undefined ? value : sourceKeyOf(address);
      const words: string[] = [];
      let failures = 0;
      for (const [name, lookup] of lookups) {
        try {
          words.push(await lookup(call, name === 'earlier incidents' ? value : (address ?? value)));
        } catch (error) {
          failures += 1;
          words.push(`${name} could not be read (${messageOf(error).slice(0, 200)})`);
        }
      }
      const text = words.join('; ');
      return {
        outcome: failures === lookups.length ? 'failed' : 'succeeded',
        detail: `${subject}: ${text}`,
        out: { __context__: text },
      };
    },
  };
}
