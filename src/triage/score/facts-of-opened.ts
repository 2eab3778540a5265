import type { Placement } from '../group/group.ts';
import type { RuleVerdict } from '../store/opening-facts.ts';
import type { SeenEntity } from '../store/write-incidents.ts';
import type { Facts } from './facts.ts';

/** [T46] Verdicts looked at. */
export const verdictsLookedAt = 50;

/**
 * What `factsOf` will read of the incident that `opening` opens, without waiting until it is written: nothing may stand long
 * before the drop. `placements` are all that it gets at once, `entities` all that it names, `verdicts` at least the last
 * `verdictsLookedAt` of each of its rules. Pure.
 */
export function factsOfOpened(
  opening: Placement,
  placements: readonly Placement[],
  entities: readonly SeenEntity[],
  verdicts: readonly RuleVerdict[],
): Facts {
  const { about } = opening.view;
  const worst = placements.reduce(worse, opening).finding;
  const rules = Map.groupBy(placements, ({ finding }) => finding.rule_id);
  const eventsOfRules = [...rules.values()].map((ofRule) => ofRule.reduce((sum, { newEvents }) => sum + newEvents, 0));
  const said = lastOf(verdicts.filter((one) => one.tenant_id === worst.tenant_id && rules.has(one.rule_id)));
  const suffering = entities.filter(({ role }) => role === 'victim' || role === 'target');
  const rated = suffering.filter(({ importance }) => importance !== 2).reduce(moreImportant, undefined);
  const mentions = entities.filter(({ type, value }) => type === about.type && value === about.value);
  return {
    worst: worst.severity_id,
    title: worst.rule_title,
    findingCount: placements.length,
    eventCount: Math.max(...eventsOfRules),
    ruleCount: rules.size,
    techniqueIds: [...new Set(placements.flatMap(({ finding }) => finding.attacks.map(({ technique_id: id }) => id)))],
    victimHosts: Math.max(countOf(suffering, 'host'), countOf(suffering, 'ip')),
    victimUsers: countOf(suffering, 'user'),
    importance: suffering.length === 0 ? 2 : Math.max(...suffering.map(({ importance }) => importance)),
    importanceOf: rated?.value ?? null,
    truePositives: said.filter(({ verdict }) => verdict === 'true_positive').length,
    falsePositives: said.filter(({ verdict }) => verdict === 'false_positive').length,
    isTrusted: mentions.length === 0 ? about.type === 'rule' : mentions.some((mention) => mention.is_trusted),
    formerVerdict: opening.former?.verdict ?? null,
  };
}

function worse(a: Placement, b: Placement): Placement {
  const more = b.finding.severity_id - a.finding.severity_id;
  return more > 0 || (more === 0 && b.finding.id < a.finding.id) ? b : a;
}

function moreImportant(a: SeenEntity | undefined, b: SeenEntity): SeenEntity {
  if (!a) return b;
  return b.importance > a.importance || (b.importance === a.importance && b.value < a.value) ? b : a;
}

/** The newest, each once: a verdict may speak about several of its rules. */
function lastOf(verdicts: readonly RuleVerdict[]): RuleVerdict[] {
  return [...new Map(verdicts.map((one) => [one.id, one])).values()]
    .sort((a, b) => b.at.getTime() - a.at.getTime() || (a.id < b.id ? 1 : -1))
    .slice(0, verdictsLookedAt);
}

const countOf = (entities: readonly SeenEntity[], type: string) =>
  new Set(entities.filter((entity) => entity.type === type).map(({ value }) => value)).size;
