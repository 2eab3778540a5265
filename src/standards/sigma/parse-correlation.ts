import { errors } from './errors.ts';
import { parseCount } from './parse-correlation-condition.ts';
import { located } from './parse-detection.ts';
import { isRecord, type LocatedDocument } from './yaml/located-document.ts';
import { correlationTypes, type Correlation, type Header } from './rule.ts';
import { differentTexts } from './text-list.ts';

const units: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const known = ['type', 'rules', 'group-by', 'timespan', 'condition', 'aliases', 'generate'];
const limits = { rules: 1_000, groupBy: 32, fieldCharacters: 256, timespanMs: 366 * 86_400_000 };

/** Where something stands below `correlation`, as errors take it. */
export type WhereOf = (...path: (string | number)[]) => { where: ReturnType<LocatedDocument['where']> };

/** Reads the `correlation` section. What cannot be evaluated rightly is refused (correlate/SPEC.md [C1]). */
export function parseCorrelation(doc: LocatedDocument, header: Header): Correlation {
  const section = doc.values['correlation'];
  const where: WhereOf = (...path) => ({ where: doc.where(['correlation', ...path]) });
  if (!isRecord(section)) throw errors.BAD_VALUE(['correlation', 'a map'], where());
  for (const key of Object.keys(section))
    if (!known.includes(key)) throw errors.UNSUPPORTED([`"correlation.${key}"`], where(key));

  const type = correlationTypes.find((one) => one === section['type']);
  if (!type) throw errors.BAD_VALUE(['correlation.type', `one of ${correlationTypes.join(', ')}`], where('type'));
  const rules = differentTexts(section['rules']);
  if (!rules || rules.length === 0 || rules.length > limits.rules)
    throw errors.BAD_VALUE(
      ['correlation.rules', `a list of 1 to ${limits.rules} different rule ids or names`],
      where('rules'),
    );
  const groupBy = section['group-by'] === undefined ? [] : differentTexts(section['group-by']);
  if (!groupBy || groupBy.length > limits.groupBy || groupBy.some((field) => field.length > limits.fieldCharacters))
    throw errors.BAD_VALUE(
      ['correlation.group-by', `a list of up to ${limits.groupBy} different fields`],
      where('group-by'),
    );
  const timespan = /^(\d{1,9})([smhd])$/.exec(typeof section['timespan'] === 'string' ? section['timespan'] : '');
  const timespanMs = Number(timespan?.[1] ?? 0) * (units[timespan?.[2] ?? ''] ?? 0);
  if (timespanMs <= 0 || timespanMs > limits.timespanMs)
    throw errors.BAD_VALUE(['correlation.timespan', 'a number and s, m, h or d, up to 366d'], where('timespan'));
  // The standard's text has it in the document, its converters in the section.
  for (const value of [section['generate'], doc.values['generate']])
    if (value !== undefined && typeof value !== 'boolean')
      throw errors.BAD_VALUE(['correlation.generate', 'true or false'], where('generate'));

  return {
    kind: 'correlation',
    header,
    type,
    rules,
    groupBy,
    timespanMs,
    ...located(doc, ['correlation', 'condition'], () => parseCount(section['condition'], type, rules, where)),
    aliases: parseAliases(section['aliases'], rules, where),
    generate: section['generate'] === true || doc.values['generate'] === true,
  };
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
      if (typeof field !== 'string' || field === '' || field.length > limits.fieldCharacters)
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
