import type { LinkedCorrelation } from '../link-rules.ts';
import type { Condition } from '../rule.ts';
import { isInOrder } from './in-order.ts';
import type { WindowTest } from './window-test.ts';

/**
 * A condition over rules (SPEC.md [C7]). temporal: true of the set of rules that matched in the window. temporal_ordered: one
 * of its alternatives holds, its rules in the order of `rules`, and those under `not` nowhere in the window.
 */
export function expressionTest(rule: LinkedCorrelation, expression: Condition): WindowTest {
  const { rules } = rule;
  if (rule.type !== 'temporal_ordered')
    return (window) => {
      const present = new Set(window.map(({ r = 0 }) => rules[r] ?? ''));
      return isTrue(expression, (name) => present.has(name));
    };
  const alternatives = alternativesOf(expression, false).map(({ present, absent }) => ({
    inOrder: [...present].map((name) => rules.indexOf(name)).toSorted((left, right) => left - right),
    absent: new Set([...absent].map((name) => rules.indexOf(name))),
  }));
  return (window) => {
    const positions = window.map(({ r = 0 }) => r);
    return alternatives.some(
      ({ inOrder, absent }) => isInOrder(positions, inOrder) && !positions.some((position) => absent.has(position)),
    );
  };
}

function isTrue(condition: Condition, holds: (name: string) => boolean): boolean {
  if (condition.kind === 'search') return holds(condition.name);
  if (condition.kind === 'not') return !isTrue(condition.of, holds);
  return condition.kind === 'and'
    ? condition.of.every((part) => isTrue(part, holds))
    : condition.of.some((part) => isTrue(part, holds));
}

/** Rules that must have matched, and rules that must not. */
interface Alternative {
  present: ReadonlySet<string>;
  absent: ReadonlySet<string>;
}

/** More alternatives than this are not made; parse-correlation-condition.ts refuses such a condition. */
export const mostAlternatives = 256;

/** The condition as a choice between alternatives (disjunctive normal form); some are missing when there are more than the limit. */
export function alternativesOf(condition: Condition, isNegated: boolean): Alternative[] {
  if (condition.kind === 'not') return alternativesOf(condition.of, !isNegated);
  if (condition.kind === 'search') {
    const [none, one] = [new Set<string>(), new Set([condition.name])];
    return [isNegated ? { present: none, absent: one } : { present: one, absent: none }];
  }
  // `not` turns and into or.
  const isChoice = (condition.kind === 'or') !== isNegated;
  let made: Alternative[] = isChoice ? [] : [{ present: new Set(), absent: new Set() }];
  for (const part of condition.of) {
    const more = alternativesOf(part, isNegated);
    made = isChoice ? [...made, ...more] : made.flatMap((left) => more.map((right) => both(left, right)));
    if (made.length > mostAlternatives) break;
  }
  return made;
}

function both(left: Alternative, right: Alternative): Alternative {
  return {
    present: new Set([...left.present, ...right.present]),
    absent: new Set([...left.absent, ...right.absent]),
  };
}
