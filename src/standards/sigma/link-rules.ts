import type { FirebreakError, Where } from '../../base/errors.ts';
import { isClosed } from './correlate/is-closed.ts';
import { errors } from './errors.ts';
import type { ParsedDocument } from './parse-documents.ts';
import type { Correlation, Filter, Header, Rule, SigmaDocument } from './rule.ts';

/** A correlation with its references resolved. */
export interface LinkedCorrelation extends Correlation {
  /** What it counts, in the order of `rules`; `reference` is how the rule names it. */
  feeds: readonly { reference: string; of: Rule | LinkedCorrelation }[];
  /** 0 when it counts rules only; else one more than the highest it counts. */
  rank: number;
  /** What its firings carry beyond its group, of the event that ends the window, for those that count it. */
  carries: readonly string[];
}

export interface RuleSet {
  rules: readonly Rule[];
  filters: readonly Filter[];
  /** By rank, so that what feeds comes before what is fed. */
  correlations: readonly LinkedCorrelation[];
  /** Ids of rules and correlations that make findings of their own (correlate/SPEC.md [C26]). */
  reporting: ReadonlySet<string>;
  /** Every document, with the problems that linking found added. */
  documents: readonly ParsedDocument[];
}

/** Resolves references between documents of all files. What does not resolve is refused, and nothing else. */
export function linkRules(parsed: readonly ParsedDocument[]): RuleSet {
  const documents = parsed.map((document) => ({ ...document, problems: [...document.problems] }));
  const refuse = (header: Header, error: FirebreakError, severity: 'error' | 'warning' = 'error') => {
    const document = documents.find((one) => one.read?.header === header);
    if (!document) return;
    document.problems.push({ severity, error });
    if (severity === 'error') delete document.read;
  };

  const byId = new Map<string, Header>();
  for (const { read } of documents) {
    if (!read) continue;
    const holder = byId.get(read.header.id);
    if (holder)
      refuse(read.header, errors.DUPLICATE_RULE([read.header.id, holder.file], { where: placeOf(read.header) }));
    else byId.set(read.header.id, read.header);
  }

  const present = () => documents.flatMap(({ read }) => (read ? [read] : []));
  const targets = new Map<string, (Rule | Correlation)[]>();
  for (const read of present())
    if (read.kind !== 'filter')
      for (const key of new Set([read.header.id, read.header.name]))
        if (key !== undefined) targets.set(key, [...(targets.get(key) ?? []), read]);

  const linked = new Map<Correlation, LinkedCorrelation | undefined>();
  const underWay = new Set<Correlation>();
  function link(correlation: Correlation): LinkedCorrelation | undefined {
    if (linked.has(correlation)) return linked.get(correlation);
    const result = tryLink(correlation);
    linked.set(correlation, result);
    return result;
  }
  function tryLink(correlation: Correlation): LinkedCorrelation | undefined {
    const { header } = correlation;
    const where = placeOf(header);
    if (underWay.has(correlation)) {
      refuse(header, errors.CORRELATION_CYCLE([header.title], { where }));
      return undefined;
    }
    underWay.add(correlation);
    const feeds: { reference: string; of: Rule | LinkedCorrelation }[] = [];
    for (const reference of correlation.rules) {
      const [target, second] = targets.get(reference) ?? [];
      const of = target?.kind === 'correlation' ? link(target) : target;
      if (second) refuse(header, errors.AMBIGUOUS_RULE([reference], { where }));
      else if (!of) refuse(header, errors.UNKNOWN_RULE([reference], { where }));
      else feeds.push({ reference, of });
    }
    underWay.delete(correlation);
    if (feeds.length < correlation.rules.length) return undefined;
    for (const feed of feeds) {
      const missing = [...correlation.groupBy, ...correlation.fields]
        .map((field) => fieldIn(correlation, feed.reference, field))
        .find((field) => !canCarry(feed.of, field));
      if (missing === undefined) continue;
      refuse(header, errors.GROUP_NOT_FED([missing, feed.reference], { where }));
      return undefined;
    }
    const rank = Math.max(0, ...feeds.map(({ of }) => (of.kind === 'correlation' ? of.rank + 1 : 0)));
    return { ...correlation, feeds, rank, carries: [] };
  }

  const isKind = <K extends SigmaDocument['kind']>(kind: K) =>
    present().filter((read): read is Extract<SigmaDocument, { kind: K }> => read.kind === kind);
  const correlations = isKind('correlation')
    .flatMap((correlation) => link(correlation) ?? [])
    .sort((left, right) => left.rank - right.rank);
  tellWhatToCarry(correlations);
  const filters = isKind('filter');
  for (const { header, rules } of filters)
    for (const reference of rules ?? [])
      if (!targets.get(reference)?.some((target) => target.kind === 'rule'))
        refuse(header, errors.FILTER_UNUSED([reference], { where: placeOf(header) }), 'warning');

  const countedBy = (isGenerating: boolean) =>
    new Set(
      correlations
        .filter(({ generate }) => generate === isGenerating)
        .flatMap(({ feeds }) => feeds.map(({ of }) => of.header.id)),
    );
  const [silent, loud] = [countedBy(false), countedBy(true)];
  const rules = isKind('rule');
  const reporting = new Set(
    [...rules, ...correlations].map(({ header }) => header.id).filter((id) => loud.has(id) || !silent.has(id)),
  );
  return { rules, filters, correlations, reporting, documents };
}

/** How the field of a correlation is called in what `reference` matches. */
export function fieldIn(correlation: Correlation, reference: string, field: string): string {
  return correlation.aliases.get(field)?.get(reference) ?? field;
}

/** Whether its firings can tell the field: of their group, or of the one event that ends the window (correlate/SPEC.md [C24]). */
function canCarry(of: Rule | LinkedCorrelation, field: string): boolean {
  if (of.kind === 'rule' || of.groupBy.includes(field)) return true;
  return !isClosed(of) && of.feeds.every((feed) => canCarry(feed.of, fieldIn(of, feed.reference, field)));
}

/** From the outermost inwards: what one has to carry, those that it counts carry too. */
function tellWhatToCarry(byRank: readonly LinkedCorrelation[]): void {
  for (const outer of byRank.toReversed())
    for (const { reference, of } of outer.feeds) {
      if (of.kind === 'rule') continue;
      const wanted = [...outer.groupBy, ...outer.fields, ...outer.carries].map((field) =>
        fieldIn(outer, reference, field),
      );
      of.carries = [...new Set([...of.carries, ...wanted.filter((field) => !of.groupBy.includes(field))])];
    }
}

function placeOf({ file, line }: Header): Where {
  return { file, line, column: 1 };
}
