import { FirebreakError } from '../../base/errors.ts';
import { compare } from './compile-matcher.ts';
import { alternativesOf, mostAlternatives } from './correlate/expression-test.ts';
import { errors } from './errors.ts';
import { parseCondition } from './parse-condition.ts';
import type { WhereOf } from './parse-correlation.ts';
import { isRecord } from './yaml/located-document.ts';
import type { Comparison, Correlation, CorrelationType } from './rule.ts';
import { textList } from './text-list.ts';

const comparisons: readonly Comparison[] = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'];
/** What a count may be compared with. The different values of a window are remembered one by one. */
const highest: Partial<Record<CorrelationType, number>> = {
  event_count: 1_000_000,
  value_count: 10_000,
  temporal: 1_000,
  temporal_ordered: 1_000,
};

type Count = Pick<Correlation, 'conditions' | 'expression' | 'fields' | 'percentile'>;

/** Reads `condition`: a map of comparisons, or for the temporal types a text over the rules. */
export function parseCount(raw: unknown, type: CorrelationType, rules: readonly string[], where: WhereOf): Count {
  const isTemporal = type === 'temporal' || type === 'temporal_ordered';
  if (raw === undefined && isTemporal) return { conditions: [{ comparison: 'gte', value: rules.length }], fields: [] };
  if (raw === undefined) throw errors.MISSING(['correlation.condition'], where());
  if (typeof raw === 'string' && isTemporal)
    return { conditions: [], fields: [], expression: parseExpression(raw, type, rules, where) };
  if (!isRecord(raw)) {
    const expected = isTemporal ? 'a map such as gte: 2, or a text such as a and b' : 'a map such as gte: 10';
    throw errors.BAD_VALUE(['correlation.condition', expected], where('condition'));
  }
  const conditions = readComparisons(raw, type, where);
  if (!canHold(conditions, type, rules.length)) throw errors.CANNOT_HOLD([], where('condition'));
  return { conditions, fields: readFields(raw['field'], type, where), ...readPercentile(raw, type, where) };
}

function parseExpression(text: string, type: CorrelationType, rules: readonly string[], where: WhereOf) {
  try {
    const expression = parseCondition(text, rules);
    if (type === 'temporal_ordered' && alternativesOf(expression, false).length > mostAlternatives)
      throw errors.BAD_CONDITION([`it has more than ${mostAlternatives} alternatives`]);
    return expression;
  } catch (error) {
    if (error instanceof FirebreakError && error.code === 'SIGMA.UNKNOWN_SEARCH')
      throw errors.NOT_COUNTED([], { ...where('condition'), cause: error });
    throw error;
  }
}

function readComparisons(raw: Readonly<Record<string, unknown>>, type: CorrelationType, where: WhereOf) {
  const most = highest[type];
  const conditions: { comparison: Comparison; value: number }[] = [];
  for (const [key, value] of Object.entries(raw)) {
    if (key === 'field' || key === 'percentile') continue;
    const comparison = comparisons.find((one) => one === key);
    const place = where('condition', key);
    if (!comparison)
      throw errors.BAD_VALUE([`correlation.condition.${key}`, `one of ${comparisons.join(', ')}`], place);
    const isCount = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= (most ?? 0);
    const isNumber = typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
    if (typeof value !== 'number' || (most === undefined ? !isNumber : !isCount)) {
      const expected = most === undefined ? 'a number that a double holds exactly' : `a whole number from 0 to ${most}`;
      throw errors.BAD_VALUE([`correlation.condition.${key}`, expected], place);
    }
    conditions.push({ comparison, value });
  }
  if (conditions.length === 0)
    throw errors.MISSING([`correlation.condition.${comparisons.join('|')}`], where('condition'));
  return conditions;
}

function readFields(raw: unknown, type: CorrelationType, where: WhereOf): string[] {
  const fields = raw === undefined ? [] : textList(raw);
  const isOfValues = type.startsWith('value_');
  const most = type === 'value_count' || type === 'value_percentile' ? 32 : 1;
  if (fields && (isOfValues ? fields.length > 0 && fields.length <= most : fields.length === 0)) return fields;
  const expected = !isOfValues ? 'absent for this type' : most > 1 ? 'a field or a list of fields' : 'one field';
  throw errors.BAD_VALUE(['correlation.condition.field', expected], where('condition', 'field'));
}

function readPercentile(
  raw: Readonly<Record<string, unknown>>,
  type: CorrelationType,
  where: WhereOf,
): { percentile?: number } {
  const { percentile } = raw;
  if (percentile === undefined) return {};
  const place = where('condition', 'percentile');
  if (type !== 'value_percentile')
    throw errors.BAD_VALUE(['correlation.condition.percentile', 'absent for this type'], place);
  if (typeof percentile !== 'number' || !(percentile >= 0 && percentile <= 100))
    throw errors.BAD_VALUE(['correlation.condition.percentile', 'a number from 0 to 100'], place);
  if (Array.isArray(raw['field']) && raw['field'].length > 1)
    throw errors.BAD_VALUE(['correlation.condition.field', 'one field'], where('condition', 'field'));
  return { percentile };
}

/** Whether any figure that a window can have satisfies all of them: a window has at least one event. */
function canHold(conditions: Correlation['conditions'], type: CorrelationType, ruleCount: number): boolean {
  const isCount = highest[type] !== undefined;
  const least = isCount ? 1 : -Infinity;
  const most = type === 'temporal' || type === 'temporal_ordered' ? ruleCount : Infinity;
  const values = conditions.map(({ value }) => value).toSorted((left, right) => left - right);
  const steps = values.flatMap((value, at) => [value - 1, value, (value + (values[at + 1] ?? value + 2)) / 2]);
  const figures = isCount ? [1, ...values.flatMap((value) => [value - 1, value, value + 1])] : steps;
  return figures.some(
    (figure) =>
      figure >= least &&
      figure <= most &&
      conditions.every(({ comparison, value }) => compare(figure, comparison, value)),
  );
}
