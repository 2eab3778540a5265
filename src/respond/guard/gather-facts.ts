import { canonicalAddress } from '../../base/address.ts';
import { overlaps, type Protection } from '../../connector/index.ts';
import { assetRoles, assetsFor, assetsWithRoles } from '../../context/index.ts';
import type { Tx } from '../../db/index.ts';
import type { LadderLevel } from '../../schema/containment.ts';
import type { RespondSettings } from '../settings.ts';
import { readStoredFacts, type StoredFacts } from '../store/facts.ts';
import { freshMs, logonLeadMs, type Attack } from './attack.ts';
import { checkTarget } from './check-target.ts';
import type { Budget, ContainmentRequest, Facts } from './facts.ts';
import { readStop } from './stop-switch.ts';

/** A request with the rules that stand behind it. */
export interface Ask {
  request: ContainmentRequest;
  /** Every rule that named the target, most severe first; the best armed one counts. */
  ruleIds: readonly string[];
  /** Absent: nobody saw an event; a person or a program asks. */
  attack?: Attack;
}

export interface Gathered {
  facts: Facts;
  stored: StoredFacts;
  /** The rule that the ladder was read for. */
  ruleId: string | undefined;
  /** Settled target; the text as given when it is none. */
  target: string;
}

const ladder: readonly LadderLevel[] = ['shadow', 'suggest', 'approve', 'auto'];

/** Everything decide() needs, for any number of requests, in a fixed number of statements sent together. */
export async function gatherFacts(
  tx: Tx,
  asks: readonly Ask[],
  settings: RespondSettings,
  now: Date,
): Promise<Gathered[]> {
  if (asks.length === 0) return [];
  const { facts: sources } = settings;
  const targets = asks.map(({ request }) => checkTarget(request.target, [], request.kind));
  const questions = asks.map(({ request, ruleIds }, index) => {
    const checked = targets[index];
    return {
      tenantId: request.tenantId,
      // What is no address reaches no table: it is refused by decide().
      target: checked && checked.outcome === 'allowed' ? checked.target : '0.0.0.0',
      kind: request.kind,
      ruleIds,
      incidentId: request.incidentId ?? null,
      playbookId: request.playbookId ?? null,
      stepId: request.stepId ?? null,
      isDemonstration: request.isDemonstration,
      budgetNames: [...new Set([undefined, ...ruleIds].flatMap((rule) => budgetsOf(request, rule, settings)))].map(
        ({ name }) => name,
      ),
    };
  });
  const tenants = [...new Set(asks.map(({ request }) => request.tenantId))];
  const [stored, assets, vital, adminAddresses, logons] = await Promise.all([
    readStoredFacts(tx, questions, now),
    assetsFor(
      tx,
      asks.flatMap(({ request }) => {
        const value = canonicalAddress(request.target);
        return value ? [{ tenant_id: request.tenantId, site_id: request.siteId, type: 'ip' as const, value }] : [];
      }),
    ),
    Promise.all(tenants.map(async (tenantId) => [tenantId, await protectedAssets(tx, tenantId)] as const)),
    sources.adminAddresses(tx),
    sources.othersLogons(
      tx,
      asks.map(({ request, attack }, index) => ({
        tenantId: request.tenantId,
        target: questions[index]?.target ?? '',
        before: new Date((attack?.firstSeenAt.getTime() ?? now.getTime()) - logonLeadMs),
      })),
      now,
    ),
  ]);
  const vitalOf = new Map<string, readonly Protection[]>(vital);
  const stop = readStop(settings.stopFile);

  const gathered: Gathered[] = [];
  for (const [index, { request, ruleIds, attack }] of asks.entries()) {
    const found = stored[index];
    const target = questions[index]?.target ?? '';
    if (!found) continue;
    const roles = assets
      .filter((asset) => asset.tenant_id === request.tenantId && asset.key_value === canonicalAddress(request.target))
      .flatMap((asset) => asset.roles);
    const ageOf = (rule: string | undefined) => ageMs(attack, rule, now);
    // A fresh rule goes before a stale one: what is seen now is what may be acted on.
    const best = [...found.armings].sort(
      (a, b) =>
        Number(isFresh(ageOf(b.rule_id))) - Number(isFresh(ageOf(a.rule_id))) ||
        ladder.indexOf(b.level) - ladder.indexOf(a.level),
    )[0];
    const ruleId = best?.rule_id ?? ruleIds[0];
    const range = target.includes('/') ? target : `${target}/${target.includes(':') ? 128 : 32}`;
    const touched = (reason: string): Protection => ({ range, reason });
    gathered.push({
      stored: found,
      ruleId,
      target: targets[index]?.target ?? request.target,
      facts: {
        protections: [
          ...sources.hostProtections,
          ...sources.ownerProtections,
          ...found.protections,
          ...(vitalOf.get(request.tenantId) ?? []).filter((asset) => overlaps(target, asset.range)),
          ...sources
            .warningListsOf(target.replace(/\/.*$/, ''))
            .map((list) => touched(`the warning list "${list}" names it`)),
        ],
        adminAddresses,
        sharedRanges: sources.sharedRanges(),
        assetTags: roles,
        othersLogons: logons[index],
        attackAgeMs: ageOf(ruleId),
        isReplayed: attack !== undefined && ageOf(ruleId) === undefined,
        stopped: stop && `${stop.reason} (${stop.by}${stop.at === '' ? '' : `, ${stop.at}`})`,
        budgets: budgetsOf(request, ruleId, settings).map((budget) => ({
          ...budget,
          used: found.used[budget.name] ?? 0,
        })),
        level: best?.level ?? (request.isDemonstration ? 'auto' : 'shadow'),
        earlierContainments: found.earlier,
        escalationS: settings.escalationS,
        maxDurationS: settings.maxDurationS,
        isApproved: false,
      },
    });
  }
  return gathered;
}

/** Ms since the rule last saw the attack live; undefined: never, or nobody saw one. */
function ageMs(attack: Attack | undefined, ruleId: string | undefined, now: Date): number | undefined {
  const last = ruleId === undefined ? undefined : attack?.rules.get(ruleId);
  return last && Math.max(0, now.getTime() - last.getTime());
}

function isFresh(age: number | undefined): boolean {
  return age !== undefined && age <= freshMs;
}

/** Machines of a protected class (DESIGN §5) by their addresses: never contained by address, wherever they stand. */
async function protectedAssets(tx: Tx, tenantId: string): Promise<Protection[]> {
  const assets = await assetsWithRoles(tx, tenantId, assetRoles);
  return assets.flatMap((asset) =>
    asset.addresses.flatMap((address) => {
      const range = canonicalAddress(address);
      const role = asset.roles.find((one) => assetRoles.some((known) => known === one)) ?? 'protected machine';
      return range === undefined
        ? []
        : [
            {
              range: `${range}/${range.includes(':') ? 128 : 32}`,
              reason: `it is "${asset.name}", a ${role.replaceAll('_', ' ')} of ours`,
            },
          ];
    }),
  );
}

/** What a permit takes one of. The demonstration has budgets of its own. */
export function budgetsOf(
  request: Pick<ContainmentRequest, 'kind' | 'isDemonstration'>,
  ruleId: string | undefined,
  settings: Pick<RespondSettings, 'maxPerHour' | 'maxPerRuleAndHour'>,
): Omit<Budget, 'used'>[] {
  const mark = request.isDemonstration ? 'demonstration: ' : '';
  return [
    { name: `${mark}${request.kind} in this hour`, limit: settings.maxPerHour },
    ...(ruleId === undefined
      ? []
      : [{ name: `${mark}${request.kind} by ${ruleId} in this hour`, limit: settings.maxPerRuleAndHour }]),
  ];
}
