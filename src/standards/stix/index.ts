export { parseComparison, type Comparison, type ObjectPath } from './comparison.ts';
export { evaluateComparison, type Known } from './evaluate-comparison.ts';
