export { parseComparison } from './comparison.ts';
export { evaluateComparison, type Known } from './evaluate-comparison.ts';
