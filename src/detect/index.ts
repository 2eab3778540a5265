export { createDetect } from './create-detect.ts';
export { explainOffline } from './explain-offline.ts';
export { testRules } from './rules/test-rules.ts';
export { watchRules } from './rules/watch-rules.ts';
export { listRules } from './store/rules.ts';
export { claimFindings, findingsByIds, listFindings, settleFindings } from './store/findings.ts';
