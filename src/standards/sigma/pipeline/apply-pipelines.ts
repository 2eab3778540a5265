import { createHash } from 'node:crypto';
import type { FirebreakError } from '../../../base/errors.ts';
import type { Placeholders } from '../make-matchers.ts';
import type { ParsedDocument } from '../parse-documents.ts';
import type { Correlation, Item, Logsource, Search, SigmaDocument } from '../rule.ts';
import { errors } from './errors.ts';
import { fieldHolds, itemHolds, ruleHolds, type Subject } from './holds.ts';
import type { Pipeline, Step } from './pipeline.ts';
import { changeItems, changeValues, mapCorrelation, mapField, withCondition } from './transform.ts';

/** In the order in which they are applied. */
export function inOrder(pipelines: readonly Pipeline[]): Pipeline[] {
  return pipelines.toSorted((left, right) => left.priority - right.priority);
}

/** Values of placeholders that the pipelines give; the first that names one counts. */
export function placeholdersOf(pipelines: readonly Pipeline[]): Placeholders {
  const all: Record<string, readonly string[]> = {};
  for (const { placeholders } of inOrder(pipelines))
    for (const [name, values] of Object.entries(placeholders)) all[name] ??= values;
  return all;
}

/**
 * Rules, filters and correlations as the pipelines change them. What a pipeline refuses keeps the reason as its problem
 * and is not loaded. A document that changed has another hash, which also depends on the pipelines.
 */
export function applyPipelines(documents: readonly ParsedDocument[], pipelines: readonly Pipeline[]): ParsedDocument[] {
  const ordered = inOrder(pipelines);
  if (ordered.length === 0) return [...documents];
  const feeds = feedsOf(documents);
  const key = createHash('sha256')
    .update(ordered.map(({ hash }) => hash).join(' '))
    .digest('hex');
  return documents.map((document) => {
    const { read } = document;
    if (!read) return document;
    const changed = applyAll(read, ordered, feeds);
    if (!('kind' in changed)) {
      const { read: _read, ...rest } = document;
      return { ...rest, problems: [...document.problems, { severity: 'error', error: changed.refused }] };
    }
    if (changed === read && !usesPlaceholders(read)) return document;
    const hash = createHash('sha256').update(`${document.hash} ${key}`).digest('hex');
    return { ...document, hash, read: { ...changed, header: { ...changed.header, hash } } };
  });
}

interface Refusal {
  refused: FirebreakError;
}

function applyAll(
  read: SigmaDocument,
  pipelines: readonly Pipeline[],
  feeds: (correlation: Correlation) => Logsource[],
): SigmaDocument | Refusal {
  let document = read;
  const applied = new Set<string>();
  for (const pipeline of pipelines)
    for (const step of pipeline.steps) {
      const logsources = document.kind === 'correlation' ? feeds(document) : [document.logsource];
      const subject: Subject = { document, logsources, applied };
      if (!ruleHolds(step.rule, subject)) continue;
      const changed = applyStep(document, step, pipeline);
      if (!('kind' in changed)) return changed;
      document = changed;
      if (step.id !== undefined) applied.add(step.id);
    }
  return document;
}

function applyStep(document: SigmaDocument, step: Step, { name }: Pipeline): SigmaDocument | Refusal {
  const { transformation, where } = step;
  if (transformation.kind === 'rule_failure')
    return { refused: errors.REFUSED([transformation.message, name], { where: placeOf(document) }) };
  if (document.kind === 'correlation') {
    if (transformation.kind !== 'map_field') return document;
    const names = (field: string) => (fieldHolds(step.field, field) ? transformation.names(field) : undefined);
    const mapped = mapCorrelation(document, names);
    return 'several' in mapped ? { refused: errors.TWO_FIELDS([mapped.several, name], { where }) } : mapped;
  }
  if (transformation.kind === 'change_logsource') return { ...document, logsource: transformation.logsource };
  if (transformation.kind === 'placeholders') return document;
  if (transformation.kind === 'add_condition') {
    const search = transformation.search(document.logsource);
    const added = { name: transformation.name ?? '_pipeline', search, negated: transformation.negated };
    return { ...document, detection: withCondition(document.detection, added) };
  }
  let hasChanged = false;
  const detection = changeItems(document.detection, (item) => {
    if (!itemHolds(step.item, step.field, item)) return item;
    const changed = changeItem(item, step);
    hasChanged ||= changed !== item || transformation.kind === 'item_failure';
    return changed;
  });
  if (hasChanged && transformation.kind === 'item_failure')
    return { refused: errors.REFUSED([transformation.message, name], { where: placeOf(document) }) };
  if (!detection) return { refused: errors.EMPTIED([name], { where: placeOf(document) }) };
  return hasChanged ? { ...document, detection } : document;
}

function changeItem(item: Item, { transformation }: Step): Search | undefined {
  if (transformation.kind === 'drop') return undefined;
  if (transformation.kind === 'map_field') return mapField(item, transformation.names);
  return changeValues(item, transformation);
}

const placeOf = ({ header: { file, line } }: SigmaDocument) => ({ file, line, column: 1 });

/** Logsources of the rules below a correlation, by id or name, also over correlations of correlations. */
function feedsOf(documents: readonly ParsedDocument[]): (correlation: Correlation) => Logsource[] {
  const named = new Map<string, SigmaDocument[]>();
  for (const { read } of documents)
    if (read && read.kind !== 'filter')
      for (const key of new Set([read.header.id, read.header.name]))
        if (key !== undefined) named.set(key, [...(named.get(key) ?? []), read]);
  return (correlation) => {
    const found: Logsource[] = [];
    const seen = new Set<SigmaDocument>();
    const open: SigmaDocument[] = [correlation];
    for (let next = open.pop(); next; next = open.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      if (next.kind === 'correlation') open.push(...next.rules.flatMap((reference) => named.get(reference) ?? []));
      else found.push(next.logsource);
    }
    return found;
  };
}

function usesPlaceholders(document: SigmaDocument): boolean {
  if (document.kind === 'correlation') return false;
  const uses = (search: Search): boolean =>
    search.kind === 'item' ? search.text.includes('|expand') : search.searches.some(uses);
  return [...document.detection.searches.values()].some(uses);
}
