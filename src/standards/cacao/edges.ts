import type { Step } from './playbook.ts';

/** A reference from one step to the next: the property it stands in, and whether it opens a branch that returns. */
export interface Edge {
  path: readonly (string | number)[];
  to: string;
  isBranch: boolean;
}

/** Every step that a step names. */
export function edgesOf(step: Step): Edge[] {
  const edges: Edge[] = [];
  const add = (path: readonly (string | number)[], to: string | undefined, isBranch: boolean) => {
    if (to !== undefined) edges.push({ path, to, isBranch });
  };
  if (step.type !== 'end') add(['on_completion'], step.on_completion, false);
  if (step.type !== 'end' && step.type !== 'start') {
    add(['on_success'], step.on_success, false);
    add(['on_failure'], step.on_failure, false);
  }
  switch (step.type) {
    case 'if-condition':
      add(['on_true'], step.on_true, true);
      add(['on_false'], step.on_false, true);
      break;
    case 'while-condition':
      add(['on_true'], step.on_true, true);
      break;
    case 'switch-condition':
      for (const [name, to] of Object.entries(step.cases)) add(['cases', name], to, true);
      break;
    case 'parallel':
      for (const [index, to] of step.next_steps.entries()) add(['next_steps', index], to, true);
      break;
    default:
      break;
  }
  return edges;
}
