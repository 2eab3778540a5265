import { isAny, type Pattern } from '../pattern.ts';
import type { Item, Matcher } from '../rule.ts';

/** The values of an item as people read them, one text for each, with the wildcards that the rule writes itself. */
export function showWanted({ values, text }: Item): string[] {
  const modifiers = text.split('|').slice(1);
  return values.map((variants) => {
    const [first] = variants;
    const more = variants.length > 1 ? ` (or ${variants.length - 1} other spellings)` : '';
    return first ? `${showMatcher(asWritten(first, modifiers))}${more}` : '';
  });
}

/** Without the wildcards that a modifier has put round the value. */
function asWritten(matcher: Matcher, modifiers: readonly string[]): Matcher {
  if (matcher.kind !== 'pattern') return matcher;
  const { pattern } = matcher;
  const isOpenBefore = modifiers.some((one) => one === 'contains' || one === 'endswith') && isAny(pattern[0]);
  const isOpenAfter = modifiers.some((one) => one === 'contains' || one === 'startswith') && isAny(pattern.at(-1));
  return { ...matcher, pattern: pattern.slice(isOpenBefore ? 1 : 0, isOpenAfter ? -1 : undefined) };
}

function showMatcher(matcher: Matcher): string {
  switch (matcher.kind) {
    case 'pattern':
      return `'${showPattern(matcher.pattern)}'${matcher.cased ? ' in this case' : ''}`;
    case 'number':
    case 'boolean':
      return String(matcher.value);
    case 'null':
      return 'null';
    case 'exists':
      return matcher.value ? 'present' : 'absent';
    case 'regex':
      return `/${matcher.source}/${matcher.flags}`;
    case 'cidr':
      return matcher.network;
    case 'compare':
      return `${matcher.comparison} ${matcher.value}`;
    case 'time':
      return `${matcher.part} ${matcher.comparison} ${matcher.value}`;
    case 'fieldref':
      return `the field ${matcher.field} (${matcher.position})`;
  }
}

/** A backslash that stands before a wildcard is doubled, as rules write it. */
function showPattern(pattern: Pattern): string {
  return pattern
    .map((part, index) => {
      if (typeof part !== 'string') return part.wildcard === 'any' ? '*' : '?';
      const text = part.replaceAll(/[*?]/g, String.raw`\$&`);
      return index < pattern.length - 1 && text.endsWith('\\') ? `${text}\\` : text;
    })
    .join('');
}
