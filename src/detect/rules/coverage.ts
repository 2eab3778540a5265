import type { Format, Logsource } from '../../connector/index.ts';
import { appliesTo, tactics, type LinkedCorrelation, type Rule } from '../../standards/sigma/index.ts';
import { attackTagsOf } from '../attacks.ts';
import type { Technique } from './attack-names.ts';
import type { Content } from './content.ts';

export interface Coverage {
  /** Rules and correlations that make findings. */
  rules: number;
  /** Of those, without any technique or tactic in their tags. */
  without_attack: number;
  /** All of ATT&CK's, in their order; `of_techniques` only when its data was given. */
  tactics: { tactic: string; rules: number; techniques: number; of_techniques?: number }[];
  /** Those that a rule names, by id. */
  techniques: { technique_id: string; name?: string; rules: number }[];
  /** Techniques that rules name and that the given data does not have: newer ones, or mistakes. */
  unknown_techniques: string[];
  /** By the logsource that rules name, the most frequent first, with the formats that feed it. */
  logsources: { logsource: Logsource; rules: number; fed_by: string[] }[];
  /** Rules that can never fire: no format in use gives their logsource. A correlation needs one fed rule, a temporal one without a condition of its own all. */
  never: { rule_id: string; title: string; file: string; logsource: Logsource | null }[];
}

/**
 * What the loaded rules cover.
 * @param formats those that events come by; one that does not tell what it feeds may name any product and service
 * @param techniques ATT&CK's own, by id, when they are at hand
 */
export function coverageOf(
  { set }: Content,
  formats: readonly Format[],
  techniques?: ReadonlyMap<string, Technique>,
): Coverage {
  const reporting = [...set.rules, ...set.correlations].filter(({ header }) => set.reporting.has(header.id));
  const byTechnique = new Map<string, number>();
  const byTactic = new Map<string, { rules: number; techniques: Set<string> }>(
    tactics.map((tactic) => [tactic, { rules: 0, techniques: new Set() }]),
  );
  let withoutAttack = 0;
  for (const { header } of reporting) {
    const tags = attackTagsOf(header.tags);
    if (tags.techniques.length + tags.tactics.length === 0) withoutAttack += 1;
    for (const technique of tags.techniques) byTechnique.set(technique, (byTechnique.get(technique) ?? 0) + 1);
    const own = new Set([...tags.tactics, ...tags.techniques.flatMap((id) => techniques?.get(id)?.tactics ?? [])]);
    for (const tactic of own) {
      const known = byTactic.get(tactic);
      if (!known) continue;
      known.rules += 1;
      for (const id of tags.techniques)
        if (!techniques || techniques.get(id)?.tactics.includes(tactic)) known.techniques.add(id);
    }
  }
  const feeders = createFeeders(formats);
  return {
    rules: reporting.length,
    without_attack: withoutAttack,
    tactics: [...byTactic].map(([tactic, known]) => ({
      tactic,
      rules: known.rules,
      techniques: known.techniques.size,
      ...(techniques
        ? { of_techniques: [...techniques.values()].filter((one) => one.tactics.includes(tactic)).length }
        : {}),
    })),
    techniques: [...byTechnique]
      .sort(([left], [right]) => left.localeCompare(right))
      .map(([id, rules]) => {
        const name = techniques?.get(id)?.name;
        return { technique_id: id, ...(name === undefined ? {} : { name }), rules };
      }),
    unknown_techniques: techniques ? [...byTechnique.keys()].filter((id) => !techniques.has(id)).sort() : [],
    logsources: byLogsource(set.rules, feeders),
    never: [...set.rules, ...set.correlations]
      .filter((one) => !canFire(one, feeders))
      .map((one) => ({
        rule_id: one.header.id,
        title: one.header.title,
        file: one.header.file,
        logsource: one.kind === 'rule' ? one.logsource : null,
      })),
  };
}

type Feeders = (logsource: Logsource) => string[];

function createFeeders(formats: readonly Format[]): Feeders {
  const known = new Map<string, string[]>();
  return (logsource) => {
    const key = JSON.stringify([logsource.product, logsource.category, logsource.service]);
    const found =
      known.get(key) ??
      formats
        .filter(({ feeds }) => (feeds ? appliesTo(logsource, feeds) : logsource.category === undefined))
        .map(({ name, feeds }) => (feeds ? name : `${name}, when its records name it`));
    known.set(key, found);
    return found;
  };
}

function byLogsource(rules: readonly Rule[], feeders: Feeders): Coverage['logsources'] {
  const found = new Map<string, Coverage['logsources'][number]>();
  for (const { logsource } of rules) {
    const key = JSON.stringify([logsource.product, logsource.category, logsource.service]);
    const known = found.get(key) ?? { logsource, rules: 0, fed_by: feeders(logsource) };
    known.rules += 1;
    found.set(key, known);
  }
  return [...found.values()].sort((left, right) => right.rules - left.rules);
}

function canFire(one: Rule | LinkedCorrelation, feeders: Feeders): boolean {
  if (one.kind === 'rule') return feeders(one.logsource).length > 0;
  const fed = one.feeds.map(({ of }) => canFire(of, feeders));
  const needsAll = one.type.startsWith('temporal') && one.expression === undefined;
  return needsAll ? fed.every(Boolean) : fed.some(Boolean);
}
