import type { Matcher, Rule, Search } from '../../src/standards/sigma/rule.ts';

/** The rules and as many times again, other texts in the place of their longer ones: what is common to all rules stays so. */
export function manyRules(rules: readonly Rule[], times: number): Rule[] {
  return Array.from({ length: times }, (_, copy) =>
    copy === 0
      ? rules
      : rules.map((rule): Rule => ({
          ...rule,
          header: { ...rule.header, id: `${rule.header.id}-${copy}` },
          detection: {
            ...rule.detection,
            searches: new Map([...rule.detection.searches].map(([name, search]) => [name, changed(search, copy)])),
          },
        })),
  ).flat();
}

const longer = 8;

function changed(search: Search, copy: number): Search {
  if (search.kind !== 'item') return { ...search, searches: search.searches.map((one) => changed(one, copy)) };
  const values = search.values.map((variants) =>
    variants.map((matcher): Matcher => {
      if (matcher.kind !== 'pattern') return matcher;
      const pattern = matcher.pattern.map((part) =>
        typeof part === 'string' && part.length >= longer ? `${part.slice(0, 3)}${other(part.slice(3), copy)}` : part,
      );
      return { ...matcher, pattern };
    }),
  );
  return { ...search, values };
}

/** Letters are turned by so many places in the alphabet. */
const other = (text: string, by: number): string =>
  text.replaceAll(/[a-z]/gi, (letter) =>
    String.fromCodePoint(97 + ((letter.toLowerCase().charCodeAt(0) - 97 + by) % 26)),
  );
