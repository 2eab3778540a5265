import { errors } from './errors.ts';
import { isRecord, type LocatedDocument } from './read-yaml.ts';
import type { Comparison, Correlation, CorrelationType, Header } from './rule.ts';

const types: readonly CorrelationType[] = ['event_count', 'value_count', 'temporal', 'temporal_ordered'];
const later = ['value_sum', 'value_avg', 'value_percentile', 'value_median'];
const units: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const comparisons: readonly Comparison[] = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'];
const known = ['type', 'rules', 'group-by', 'timespan', 'condition', 'aliases', 'generate'];

/** Reads the `correlation` section. What cannot be evaluated rightly is refused (SPEC.md [C1]). */
export function parseCorrelation(doc: LocatedDocument, header: Header): Correlation {
  const section = doc.values['correlation'];
  const where = (...path: (string | number)[]) => ({ where: doc.where(['correlation', ...path]) });
  if (!isRecord(section)) throw errors.BAD_VALUE(['correlation', 'a map'], where());
  for (const key of Object.keys(section))
    if (!known.includes(key)) throw errors.UNSUPPORTED([`"correlation.${key}"`], where(key));

  const type = types.find((one) => one === section['type']);
  if (!type) {
    const named = String(section['type']);
    if (later.includes(named)) throw errors.UNSUPPORTED([`The correlation type "${named}"`], where('type'));
    throw errors.BAD_VALUE(['correlation.type', `one of ${types.join(', ')}`], where('type'));
  }
  const rules = textList(section['rules']);
  if (!rules || rules.length === 0 || rules.length > 64)
    throw errors.BAD_VALUE(['correlation.rules', 'a list of 1 to 64 rule ids or names'], where('rules'));
  const groupBy = section['group-by'] === undefined ? [] : textList(section['group-by']);
  if (!groupBy || new Set(groupBy).size !== groupBy.length)
    throw errors.BAD_VALUE(['correlation.group-by', 'a list of different fields'], where('group-by'));
  const timespan = /^(\d{1,9})([smhd])$/.exec(typeof section['timespan'] === 'string' ? section['timespan'] : '');
  const timespanMs = Number(timespan?.[1] ?? 0) * (units[timespan?.[2] ?? ''] ?? 0);
  if (timespanMs <= 0 || timespanMs > 366 * 86_400_000)
    throw errors.BAD_VALUE(['correlation.timespan', 'a number and s, m, h or d, up to 366d'], where('timespan'));
  if (section['generate'] !== undefined && typeof section['generate'] !== 'boolean')
    throw errors.BAD_VALUE(['correlation.generate', 'true or false'], where('generate'));

  return {
    kind: 'correlation',
    header,
    type,
    rules,
    groupBy,
    timespanMs,
    ...parseCount(section['condition'], type, rules.length, where),
    aliases: parseAliases(section['aliases'], rules, where),
    generate: section['generate'] === true,
  };
}

type WhereOf = (...path: (string | number)[]) => { where: ReturnType<LocatedDocument['where']> };

function parseCount(
  raw: unknown,
  type: CorrelationType,
  ruleCount: number,
  where: WhereOf,
): Pick<Correlation, 'conditions' | 'fields'> {
  const isTemporal = type === 'temporal' || type === 'temporal_ordered';
  if (raw === undefined && isTemporal) return { conditions: [{ comparison: 'gte', value: ruleCount }], fields: [] };
  if (raw === undefined) throw errors.MISSING(['correlation.condition'], where());
  if (typeof raw === 'string') throw errors.UNSUPPORTED(['A correlation condition as text'], where('condition'));
  if (!isRecord(raw)) throw errors.BAD_VALUE(['correlation.condition', 'a map such as gte: 10'], where('condition'));
  const conditions: { comparison: Comparison; value: number }[] = [];
  for (const [key, value] of Object.entries(raw)) {
    if (key === 'field') continue;
    const comparison = comparisons.find((one) => one === key);
    if (!comparison)
      throw errors.BAD_VALUE(
        [`correlation.condition.${key}`, `one of ${comparisons.join(', ')}`],
        where('condition', key),
      );
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 1_000_000)
      throw errors.BAD_VALUE(
        [`correlation.condition.${key}`, 'a whole number from 0 to 1000000'],
        where('condition', key),
      );
    conditions.push({ comparison, value });
  }
  // In a stream a count only grows: "at most n" holds for every first event, and would be told before the window is over.
  if (
    !conditions.some(({ comparison, value }) =>
      comparison === 'gte' || comparison === 'eq' ? value > 0 : comparison === 'gt',
    )
  )
    throw errors.UNSUPPORTED(['A correlation without a lower bound (gt, gte or eq)'], where('condition'));
  if (
    type === 'temporal_ordered' &&
    !conditions.every(({ comparison, value }) => comparison === 'gte' && value === ruleCount)
  )
    throw errors.UNSUPPORTED(['temporal_ordered with less than all its rules'], where('condition'));
  const fields = raw['field'] === undefined ? [] : textList(raw['field']);
  if (!fields || (type === 'value_count') !== fields.length > 0)
    throw errors.BAD_VALUE(
      ['correlation.condition.field', type === 'value_count' ? 'a field or a list of fields' : 'absent for this type'],
      where('condition', 'field'),
    );
  return { conditions, fields };
}

function parseAliases(raw: unknown, rules: readonly string[], where: WhereOf): Map<string, Map<string, string>> {
  const aliases = new Map<string, Map<string, string>>();
  if (raw === undefined) return aliases;
  if (!isRecord(raw)) throw errors.BAD_VALUE(['correlation.aliases', 'a map'], where('aliases'));
  for (const [alias, byRule] of Object.entries(raw)) {
    const fields = new Map<string, string>();
    if (!isRecord(byRule))
      throw errors.BAD_VALUE([`correlation.aliases.${alias}`, 'a map of rule to field'], where('aliases', alias));
    for (const [rule, field] of Object.entries(byRule)) {
      if (!rules.includes(rule)) throw errors.UNKNOWN_RULE([rule], where('aliases', alias, rule));
      if (typeof field !== 'string' || field === '')
        throw errors.BAD_VALUE(
          [`correlation.aliases.${alias}.${rule}`, 'the name of a field'],
          where('aliases', alias, rule),
        );
      fields.set(rule, field);
    }
    aliases.set(alias, fields);
  }
  return aliases;
}

/** A text or a list of texts; undefined when it is neither. */
export function textList(raw: unknown): string[] | undefined {
  const list: unknown[] = Array.isArray(raw) ? raw : [raw];
  const texts = list.filter((one): one is string => typeof one === 'string' && one !== '');
  return texts.length === list.length ? texts : undefined;
}
