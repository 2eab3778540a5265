export type { Command, Playbook, Step, StepOf } from './playbook.ts';
export type { PlaybookProblem } from './problem.ts';
export { readPlaybook } from './read-playbook.ts';
export { processingSummary } from './processing-summary.ts';
export { declaredValue, initialValues, invalidityAt, substitute, type Values } from './variables.ts';
