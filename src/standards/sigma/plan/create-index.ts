import { appliesTo, filtersOf, type Evaluator } from '../evaluate.ts';
import { absent, eventValues, lookUp, numberOf, scalarsOf, type EventValues, type View } from '../event-values.ts';
import type { Filter, Logsource, Rule } from '../rule.ts';
import { planClass, type ClassPlan, type PositionedTree } from './class-plan.ts';
import { indexFold } from '../scan/index-fold.ts';
import { measuredCosts } from './measured-costs.ts';
import { createForest, joined, resolved, truthOfPredicate, type Predicate, type Tree } from './predicate-tree.ts';
import { staticCosts } from './static-costs.ts';

/** Fields that say what kind of event it is: what rules ask of them is answered once for the kind. */
const routingFields = ['EventID', 'Channel'];
/** Kinds that are planned for; whatever comes after them is matched without being sorted by kind. */
const mostPlans = 500;
/** Events of a class that are looked at to plan it anew; a class of a few rules has little to gain. */
const usualSampling = { each: 100, fewRules: 20 };
/** Events of all classes that are kept for it, and characters of one: what is larger is no usual event. */
const mostSamples = 3_000;
const largestSample = 32_768;
/** A longer value names no kind. */
const longestRoute = 100;

interface Planned {
  trees: readonly PositionedTree[];
  plan: ClassPlan;
  /** Absent: it is not planned anew. */
  samples?: View[];
}

/** The classes of one list of logsources. */
interface Kinds {
  key: string;
  /** Positions of the rules that apply to them. */
  applying: readonly number[];
  /** By EventID, then by Channel, as they stand in events. */
  byValues: Map<unknown, Map<unknown, Planned>>;
  size: number;
}

/**
 * Finds the rules that match an event, as `createEvaluator` does, without trying them all. Events are sorted into classes by
 * logsource and routing fields; for each class it is planned, when its first event comes, by which texts in which fields a
 * rule betrays that it may match.
 */
export function createIndex(
  rules: readonly Rule[],
  filters: readonly Filter[] = [],
  sampling = usualSampling,
): Evaluator {
  const forest = createForest();
  const trees = rules.map((rule): Tree => {
    const detections = [rule.detection, ...filtersOf(rule, filters).map(({ detection }) => detection)];
    return joined(
      'and',
      detections.map((detection) => forest.treeOf(detection)),
    );
  });
  const asked = routingFields.map((field) => textsAskedFor(forest.predicates, field));
  const plans = new Map<string, Planned>();
  /** Classes of which enough was seen to plan them anew. */
  const ripe: Planned[] = [];
  let samplesKept = 0;

  function fittingTrees({ applying }: Kinds, event: EventValues | undefined): PositionedTree[] {
    const truthOf = (predicate: Predicate) =>
      event && routeAsked(predicate) !== undefined ? truthOfPredicate(predicate, event) : undefined;
    return applying.flatMap((position) => {
      const tree = resolved(trees[position] ?? { kind: 'always', value: false }, truthOf);
      return tree.kind === 'always' && !tree.value ? [] : [{ position, tree }];
    });
  }

  function plan(kinds: Kinds, event: EventValues | undefined): Planned {
    const fitting = fittingTrees(kinds, event);
    const isWorthSampling = fitting.length > sampling.fewRules;
    return { trees: fitting, plan: planClass(fitting, staticCosts), ...(isWorthSampling && { samples: [] }) };
  }

  function sample(planned: Planned, view: View): void {
    if (!planned.samples || planned.samples.length >= sampling.each || samplesKept >= mostSamples) return;
    if (!isUsual(view)) return;
    samplesKept += 1;
    if (planned.samples.push(view) === sampling.each) ripe.push(planned);
  }

  /** By the event's own values of the routing fields. */
  const known = new Map<string, Kinds>();
  const knownLists = new WeakMap<readonly Logsource[], Kinds>();
  let latestList: readonly Logsource[] | undefined;
  let latestKinds: Kinds | undefined;

  /** Events of a kind come one after the other. */
  function kindsOf(logsources: readonly Logsource[]): Kinds {
    if (latestKinds && latestList === logsources) return latestKinds;
    latestList = logsources;
    return (latestKinds = kindsOfList(logsources));
  }

  const applyingTo = (logsources: readonly Logsource[]) =>
    rules.flatMap((rule, position) => (appliesTo(rule.logsource, logsources) ? [position] : []));

  function kindsOfList(logsources: readonly Logsource[]): Kinds {
    let kinds = knownLists.get(logsources);
    if (kinds) return kinds;
    const key = sourceKey(logsources);
    kinds = known.get(key) ?? { key, applying: applyingTo(logsources), byValues: new Map(), size: 0 };
    if (known.size < mostPlans) known.set(key, kinds);
    knownLists.set(logsources, kinds);
    return kinds;
  }

  function plannedFor(view: View, logsources: readonly Logsource[]): Planned {
    const kinds = kindsOf(logsources);
    const { EventID: id, Channel: channel } = view;
    const found = kinds.byValues.get(id)?.get(channel);
    if (found) return found;
    const route = routeOf(view, asked);
    const key = route === undefined || plans.size >= mostPlans ? kinds.key : `${kinds.key} ${route}`;
    const planned = plans.get(key) ?? plan(kinds, key === kinds.key ? undefined : eventValues(view));
    if (plans.size < 2 * mostPlans) plans.set(key, planned);
    if (route !== undefined && kinds.size < mostPlans) {
      const ofId = kinds.byValues.get(id) ?? new Map<unknown, Planned>();
      kinds.byValues.set(id, ofId.set(channel, planned));
      kinds.size += 1;
    }
    return planned;
  }

  return {
    evaluate(view, logsources, json) {
      const found = plannedFor(view, logsources);
      if (found.samples) sample(found, view);
      const positions = found.plan.match(view, json);
      return positions.length === 0 ? none : positions.flatMap((position) => rules[position] ?? []);
    },
    improve() {
      const planned = ripe.pop();
      if (planned?.samples) {
        const trees = planned.trees.map(({ tree }) => tree);
        planned.plan = planClass(planned.trees, measuredCosts(trees, planned.samples));
        samplesKept -= planned.samples.length;
        delete planned.samples;
      }
      return ripe.length > 0;
    },
  };
}

const none: readonly Rule[] = [];

function isUsual(view: View): boolean {
  let characters = 0;
  for (const scalar of scalarsOf(view, true)) characters += typeof scalar === 'string' ? scalar.length : 1;
  return characters <= largestSample;
}

function sourceKey(logsources: readonly Logsource[]): string {
  let key = '';
  for (const { product, category, service } of logsources)
    key += `${product ?? ''}\u0001${category ?? ''}\u0001${service ?? ''}\u0002`;
  return key.toLowerCase();
}

/** The text that a predicate wants a routing field to be equal to, folded. */
function routeAsked({ field, matcher }: Predicate): string | undefined {
  if (field === undefined || !routingFields.includes(field)) return undefined;
  if (matcher.kind === 'number') return String(matcher.value);
  if (matcher.kind !== 'pattern' || matcher.cased || matcher.pattern.length !== 1) return undefined;
  const [text] = matcher.pattern;
  return typeof text === 'string' ? indexFold(text) : undefined;
}

function textsAskedFor(predicates: readonly Predicate[], field: string): ReadonlySet<string> {
  return new Set(predicates.flatMap((predicate) => (predicate.field === field ? (routeAsked(predicate) ?? []) : [])));
}

/** What kind of event it is: equal for two events of which all routing predicates say the same; undefined: it fits no kind. */
function routeOf(view: View, asked: readonly ReadonlySet<string>[]): string | undefined {
  let route = '';
  for (const [index, field] of routingFields.entries()) {
    const value = lookUp(view, field);
    if (value === absent || value === null) {
      route += '\u0001';
      continue;
    }
    if (typeof value !== 'string' && typeof value !== 'number') return undefined;
    if (typeof value === 'string' && value.length > longestRoute) return undefined;
    const text = typeof value === 'number' ? String(value) : indexFold(value);
    const number = numberOf(value);
    // A number written in another way is equal to the number and not to the text.
    if (number !== undefined && String(number) !== text) return undefined;
    route += asked[index]?.has(text) ? `\u0001=${text}` : '\u0001';
  }
  return route;
}
