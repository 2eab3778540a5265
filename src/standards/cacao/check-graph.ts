import { edgesOf } from './edges.ts';
import type { Playbook } from './playbook.ts';
import type { PlaybookProblem } from './problem.ts';

/** Where a run can go: every named step exists, every path ends, nothing goes in circles, branches keep to themselves. */
export function checkGraph(playbook: Playbook): PlaybookProblem[] {
  const problems: PlaybookProblem[] = [];
  const report = (path: readonly (string | number)[], message: string, fix: string) =>
    problems.push({ path, message, fix });
  const steps = playbook.workflow;

  const entry = steps[playbook.workflow_start];
  if (!entry) report(['workflow_start'], `There is no step ${playbook.workflow_start}.`, 'Name the start step.');
  else if (entry.type !== 'start')
    report(['workflow_start'], `The step ${playbook.workflow_start} is no start step.`, 'Name the start step.');
  if (playbook.workflow_exception !== undefined && !steps[playbook.workflow_exception])
    report(
      ['workflow_exception'],
      `There is no step ${playbook.workflow_exception}.`,
      'Name the step that handles failures, or drop it.',
    );
  const all = Object.values(steps);
  if (!all.some((step) => step.type === 'action' || step.type === 'playbook-action'))
    report(['workflow'], 'There is no action step.', 'A playbook does at least one thing.');

  for (const [id, step] of Object.entries(steps)) {
    const edges = edgesOf(step);
    for (const edge of edges) {
      if (!steps[edge.to])
        report(
          ['workflow', id, ...edge.path],
          `There is no step ${edge.to}.`,
          'Add the step, or name an existing one.',
        );
      else if (steps[edge.to]?.type === 'start')
        report(['workflow', id, ...edge.path], 'A start step is entered again.', 'Repeat with a while-condition.');
    }
    if (step.type === 'end' || step.type === 'start') continue;
    if (step.on_completion !== undefined && (step.on_success !== undefined || step.on_failure !== undefined))
      report(['workflow', id, 'on_completion'], 'It excludes on_success and on_failure.', 'Keep one of the two forms.');
    else if (step.on_completion === undefined && step.on_success === undefined)
      report(
        ['workflow', id],
        `The step "${step.name ?? id}" leads nowhere.`,
        'Give it on_completion or on_success; a path ends in an end step.',
      );
  }
  if (problems.length > 0) return problems;

  const circle = findCircle(playbook);
  if (circle) {
    report(
      ['workflow', circle.from, ...circle.path],
      `The steps go in a circle through "${steps[circle.to]?.name ?? circle.to}".`,
      'Repeat with a while-condition whose branch has its own end.',
    );
    return problems;
  }
  for (const shared of sharedEnds(playbook))
    report(
      ['workflow', shared],
      `The end step "${steps[shared]?.name ?? shared}" closes a branch and what stands outside of it.`,
      'Give each branch its own end step.',
    );
  return problems;
}

function findCircle(playbook: Playbook): { from: string; to: string; path: readonly (string | number)[] } | undefined {
  const done = new Set<string>();
  for (const root of Object.keys(playbook.workflow)) {
    if (done.has(root)) continue;
    // Depth first without recursion: a chain of thousands of steps is legal.
    const open = new Set<string>([root]);
    const stack = [{ id: root, edges: edgesOf(playbook.workflow[root] ?? { type: 'end' }), next: 0 }];
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const edge = top.edges[top.next];
      top.next += 1;
      if (!edge) {
        open.delete(top.id);
        done.add(top.id);
        stack.pop();
      } else if (open.has(edge.to)) return { from: top.id, to: edge.to, path: edge.path };
      else if (!done.has(edge.to)) {
        open.add(edge.to);
        stack.push({ id: edge.to, edges: edgesOf(playbook.workflow[edge.to] ?? { type: 'end' }), next: 0 });
      }
    }
  }
  return undefined;
}

/** End steps that are reached from two different levels: from a branch and from its surroundings, or from two branches. */
function sharedEnds(playbook: Playbook): string[] {
  const roots = new Set<string>();
  for (const step of Object.values(playbook.workflow))
    for (const edge of edgesOf(step)) if (edge.isBranch) roots.add(edge.to);
  const owners = new Map<string, Set<string>>();
  const main = [playbook.workflow_start, ...(playbook.workflow_exception ? [playbook.workflow_exception] : [])];
  const walks: [string, readonly string[]][] = [
    ['', main],
    ...[...roots].map((root): [string, string[]] => [root, [root]]),
  ];
  for (const [owner, starts] of walks) {
    const todo = [...starts];
    const seen = new Set(todo);
    for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
      const step = playbook.workflow[id];
      if (!step) continue;
      if (step.type === 'end') owners.set(id, (owners.get(id) ?? new Set()).add(owner));
      for (const edge of edgesOf(step))
        if (!edge.isBranch && !seen.has(edge.to)) {
          seen.add(edge.to);
          todo.push(edge.to);
        }
    }
  }
  return [...owners].filter(([, by]) => by.size > 1).map(([id]) => id);
}
