export type { Header, Problem, Rule, SigmaDocument } from './rule.ts';
export { parseDocuments, type ParsedDocument } from './parse-documents.ts';
export { linkRules, type LinkedCorrelation, type RuleSet } from './link-rules.ts';
export { appliesTo, createEvaluator, type Evaluator } from './evaluate.ts';
export { createIndex } from './plan/create-index.ts';
export { eventValues, type EventValues } from './event-values.ts';
export {
  compileExplanation,
  explainRule,
  type ExplainedCondition,
  type RuleExplanation,
} from './explain/explain-rule.ts';
export type { ExplainedSearch } from './explain/compile-search.ts';
export { createCorrelator } from './correlate/create-correlator.ts';
export type { CorrelatedEvent, Correlator, Firing } from './correlate/correlator.ts';
export { tacticOf, tactics } from './lint/tactics.ts';
export { advanceWindow } from './correlate/advance-window.ts';
export { closeWindows, dueAt } from './correlate/close-windows.ts';
export { countedValues, fieldValueOf, firingKey, firingValues, groupValue } from './correlate/counted-values.ts';
export { feedsOf, type Feed } from './correlate/feeds.ts';
export { windowPlan } from './correlate/window-plan.ts';
export { Entry, Episode, shortHash, WindowState, type Advance, type EpisodeKeeper } from './correlate/window-state.ts';
export { fold } from './pattern.ts';
export { lintDocuments } from './lint/lint-documents.ts';
export type { Placeholders } from './make-matchers.ts';
export { applyPipelines, placeholdersOf } from './pipeline/apply-pipelines.ts';
export { parsePipeline } from './pipeline/read-pipeline.ts';
export type { Pipeline } from './pipeline/pipeline.ts';
