import { neededTexts } from '../plan/regex-literals.ts';
import type { Condition, Detection, Item, Matcher, Search } from '../rule.ts';

/**
 * Whether some text or number must stand in an event that the detection matches, by which an index can find it. Without one
 * every event of the logsource is tried in full.
 */
export function needsText({ condition, searches }: Detection): boolean {
  return conditionNeeds(condition, (name) => {
    const search = searches.get(name);
    return search !== undefined && searchNeeds(search);
  });
}

function conditionNeeds(condition: Condition, needs: (name: string) => boolean): boolean {
  if (condition.kind === 'search') return needs(condition.name);
  if (condition.kind === 'not') return false;
  return condition.kind === 'and'
    ? condition.of.some((part) => conditionNeeds(part, needs))
    : condition.of.every((part) => conditionNeeds(part, needs));
}

function searchNeeds(search: Search): boolean {
  if (search.kind === 'item') return itemNeeds(search);
  return search.kind === 'all' ? search.searches.some(searchNeeds) : search.searches.every(searchNeeds);
}

function itemNeeds({ negated, all, values }: Item): boolean {
  if (negated) return false;
  return all ? values.some((variants) => variants.every(matcherNeeds)) : values.flat().every(matcherNeeds);
}

function matcherNeeds(matcher: Matcher): boolean {
  switch (matcher.kind) {
    case 'pattern':
      return matcher.pattern.length === 0 || matcher.pattern.some((part) => typeof part === 'string');
    case 'number':
    case 'boolean':
      return true;
    case 'regex':
      return neededTexts(matcher.source) !== undefined;
    default:
      return false;
  }
}
