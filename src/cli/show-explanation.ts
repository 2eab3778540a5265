import type { EventExplanation, ExplainedCondition, ExplainedSearch, RuleOverEvent } from '../detect/index.ts';

const longest = 160;

/** The rules over the event as trees: `+` is true, `-` is false, with the values that were looked at. */
export function showExplanation({ format, logsources, rules }: EventExplanation): string {
  return [`Format: ${format}; logsource: ${logsources.map(nameOf).join(' or ')}`, ...rules.map(showRule)].join('\n');
}

function showRule(rule: RuleOverEvent): string {
  const { explanation, logsource } = rule;
  const verdict = rule.fires
    ? 'FIRES'
    : !rule.applies
      ? `does not apply: it is for ${nameOf(logsource)}`
      : explanation.matches
        ? 'is kept back by a filter'
        : `does not fire; missing: ${explanation.missing.join(', ')}`;
  return [
    '',
    `${rule.title} [${rule.level}] ${verdict}`,
    `  ${rule.file}:${rule.line}`,
    `  condition: ${rule.condition}`,
    ...showCondition(explanation.tree, 1),
    ...explanation.filters.flatMap(({ title, is_true, tree }) => [
      `  filter "${title}" ${is_true ? 'lets it through' : 'keeps it back'}`,
      ...showCondition(tree, 2),
    ]),
    ...(rule.counted_by.length > 0 ? [`  counted by ${rule.counted_by.join(', ')}`] : []),
  ].join('\n');
}

function nameOf({ product, category, service }: EventExplanation['logsources'][number]): string {
  const parts = Object.entries({ product, category, service }).filter(([, value]) => value !== undefined);
  return parts.length === 0 ? 'anything' : parts.map(([name, value]) => `${name} ${value}`).join(', ');
}

const mark = (isTrue: boolean) => (isTrue ? '+' : '-');

function showCondition(node: ExplainedCondition, depth: number): string[] {
  const indent = '  '.repeat(depth);
  if (node.kind === 'search') return [`${indent}${mark(node.is_true)} ${node.name}`, ...showSearch(node.of, depth + 1)];
  return [`${indent}${mark(node.is_true)} ${node.kind}`, ...node.of.flatMap((part) => showCondition(part, depth + 1))];
}

function showSearch(node: ExplainedSearch, depth: number): string[] {
  const indent = '  '.repeat(depth);
  if (node.kind !== 'item') {
    const name = node.kind === 'all' ? 'all of' : 'any of';
    return [`${indent}${mark(node.is_true)} ${name}`, ...node.of.flatMap((part) => showSearch(part, depth + 1))];
  }
  return [
    `${indent}${mark(node.is_true)} ${node.text}: ${cut(wantedOf(node))}`,
    `${indent}    ${node.field ?? 'a value'} ${seen(node)}`,
  ];
}

/** Of an item that asks for all its values those that do not match are told first. */
function wantedOf({ wanted, more, is_true: isTrue, text }: Extract<ExplainedSearch, { kind: 'item' }>): string {
  const asksForAll = !isTrue && wanted.length > 1 && text.split('|').includes('all');
  const told = asksForAll ? wanted.toSorted((left, right) => Number(left.is_true) - Number(right.is_true)) : wanted;
  const texts = told.map((one) => (asksForAll ? `${mark(one.is_true)}${one.text}` : one.text));
  return [...texts, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}

function seen({ looked_at: values, hit, field }: Extract<ExplainedSearch, { kind: 'item' }>): string {
  if (field === null && (values === null || values.length === 0)) return 'of the event: none matches';
  if (values === null) return 'is absent';
  if (values.length === 0) return 'is there without a value';
  if (hit !== undefined) return `= ${cut(JSON.stringify(hit))}`;
  return `= ${cut(values.map((value) => JSON.stringify(value)).join(', '))}`;
}

function cut(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
