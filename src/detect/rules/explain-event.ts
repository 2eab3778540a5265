import type { Format, Logsource } from '../../connector/index.ts';
import { appliesTo, explainRule, type Rule, type RuleExplanation } from '../../standards/sigma/index.ts';
import { handedContext, lineReader } from '../read-line.ts';
import type { Content } from './content.ts';

/** How one rule stands to the event, leaf by leaf. */
export interface RuleOverEvent {
  rule_id: string;
  title: string;
  level: string;
  file: string;
  line: number;
  logsource: Logsource;
  /** Whether the event is of the rule's logsource; otherwise it is not even tried. */
  applies: boolean;
  /** It applies, its condition holds, and every filter lets it through. */
  fires: boolean;
  condition: string;
  explanation: Pick<RuleExplanation, 'matches' | 'tree' | 'filters' | 'missing' | 'matched'>;
  /** Titles of the correlations that count it. */
  counted_by: string[];
}

export interface EventExplanation {
  /** The format that read the event. */
  format: string;
  logsources: Logsource[];
  rules: RuleOverEvent[];
}

/**
 * Explains rules over one event.
 * @param wanted id, name or title of a rule or of a correlation, whose rules are then meant; undefined: all rules
 * @returns a tagged reason when there is nothing to explain
 */
export function explainEvent(
  line: string,
  options: {
    content: Content;
    formats: ReadonlyMap<string, Format>;
    format: string;
    now: number;
    wanted: string | undefined;
  },
): EventExplanation | { problem: 'no_rule' } | { problem: 'not_read' } {
  const { content, wanted } = options;
  const rules = wanted === undefined ? content.set.rules : rulesNamed(content, wanted);
  if (rules.length === 0) return { problem: 'no_rule' };
  const context = handedContext(options.now);
  const found = lineReader(options.formats, options.format)(line, context);
  if (!found) return { problem: 'not_read' };
  const { view, logsources } = found.read;
  return {
    format: found.format,
    logsources: [...logsources],
    rules: rules.map((rule) => {
      const { matches, tree, filters, missing, matched } = explainRule(rule, view, content.set.filters);
      const applies = appliesTo(rule.logsource, logsources);
      const { id, title, level, file, line: at } = rule.header;
      return {
        rule_id: id,
        title,
        level,
        file,
        line: at,
        logsource: rule.logsource,
        applies,
        fires: applies && matches && filters.every((filter) => filter.is_true),
        condition: rule.detection.conditionText,
        explanation: { matches, tree, filters, missing, matched },
        counted_by: content.feeds(id).map(({ correlation }) => correlation.header.title),
      };
    }),
  };
}

function rulesNamed({ set }: Content, wanted: string): Rule[] {
  const isMeant = ({ header }: { header: Rule['header'] }) => [header.id, header.name, header.title].includes(wanted);
  const below = (of: (typeof set.correlations)[number]): Rule[] =>
    of.feeds.flatMap((feed) => (feed.of.kind === 'rule' ? [feed.of] : below(feed.of)));
  const named = [...set.rules.filter(isMeant), ...set.correlations.filter(isMeant).flatMap(below)];
  return [...new Set(named)];
}
