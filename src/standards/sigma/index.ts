export type { Header, Problem, Rule, SigmaDocument } from './rule.ts';
export { parseDocuments, type ParsedDocument } from './parse-documents.ts';
export { linkRules, type LinkedCorrelation, type RuleSet } from './link-rules.ts';
export { appliesTo, createEvaluator, type Evaluator } from './evaluate.ts';
export { createIndex } from './plan/create-index.ts';
export { eventValues, type EventValues } from './event-values.ts';
export { compare } from './compile-matcher.ts';
export { explainRule } from './explain-rule.ts';
