export { createDetect } from './create-detect.ts';
export { explainOffline } from './explain-offline.ts';
export { testRules } from './rules/test-rules.ts';
export { watchRules } from './rules/watch-rules.ts';
export { countLogons, type LogonQuestion } from './store/logons.ts';
export { sightingsOf, type Sighting } from './store/sightings.ts';
export { listRules } from './store/rules.ts';
export { claimFindings, findingsByIds, listFindings, settleFindings, writeFindings } from './store/findings.ts';
