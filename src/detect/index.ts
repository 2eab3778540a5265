export type { CrashPoint, DetectFigures } from './stage.ts';
export type { Detect, DetectOptions, ReloadReport } from './detect.ts';
export { createDetect } from './create-detect.ts';
export { explainOffline } from './explain-offline.ts';
export type { ExplainedRule, Explanation, NearRule } from './rules/explain.ts';
export { testRules, type RuleTestCase, type RuleTestReport } from './rules/test-rules.ts';
export { watchRules } from './rules/watch-rules.ts';
export { listRules, type RuleListing, type RuleProblem } from './store/rules.ts';
export {
  claimFindings,
  findingsByIds,
  listFindings,
  settleFindings,
  type ClaimedFinding,
  type FindingFilter,
  type FindingPage,
} from './store/findings.ts';
