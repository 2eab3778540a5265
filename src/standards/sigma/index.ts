export type {
  Comparison,
  Correlation,
  CorrelationType,
  Filter,
  Header,
  Level,
  Logsource,
  Problem,
  Rule,
  SigmaDocument,
} from './rule.ts';
export type { ParsedDocument } from './parse-documents.ts';
export { parseDocuments } from './parse-documents.ts';
export type { LinkedCorrelation, RuleSet } from './link-rules.ts';
export { linkRules } from './link-rules.ts';
export type { Evaluator } from './evaluate.ts';
export { appliesTo, createEvaluator } from './evaluate.ts';
export type { EventValues, View } from './event-values.ts';
export { eventValues } from './event-values.ts';
export { compare } from './compile-matcher.ts';
export type { RuleExplanation } from './explain-rule.ts';
export { explainRule } from './explain-rule.ts';
export type { Placeholders } from './make-matchers.ts';
