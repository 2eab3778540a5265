import { parseComparison } from '../stix/index.ts';
import { FirebreakError, messageOf } from '../../base/errors.ts';
import { checkGraph } from './check-graph.ts';
import { processingSummary } from './processing-summary.ts';
import type { Playbook, Step } from './playbook.ts';
import type { PlaybookProblem } from './problem.ts';
import { referencesIn } from './variables.ts';

type DefinitionKind =
  | 'agent_definitions'
  | 'target_definitions'
  | 'authentication_info_definitions'
  | 'extension_definitions'
  | 'data_marking_definitions';

/** The checks that no schema can make: everything that is named exists, and the playbook agrees with itself. */
export function checkReferences(playbook: Playbook): PlaybookProblem[] {
  const problems: PlaybookProblem[] = [];
  const report = (path: readonly (string | number)[], message: string, fix: string) =>
    problems.push({ path, message, fix });
  const defined = (kind: DefinitionKind, id: string) => Object.hasOwn(playbook[kind] ?? {}, id);
  const needs = (kind: DefinitionKind, id: string, path: readonly (string | number)[], what: string) => {
    if (!defined(kind, id)) report(path, `The ${what} ${id} is not defined.`, `Add it to ${kind}, or correct the id.`);
  };

  if (Date.parse(playbook.modified) < Date.parse(playbook.created))
    report(['modified'], '`modified` is before `created`.', 'Set it to the time of the last change.');
  if (
    playbook.valid_from &&
    playbook.valid_until &&
    Date.parse(playbook.valid_until) <= Date.parse(playbook.valid_from)
  )
    report(['valid_until'], '`valid_until` is not after `valid_from`.', 'Correct one of the two.');
  const computed = processingSummary(playbook);
  for (const [key, stated] of Object.entries(playbook.playbook_processing_summary ?? {})) {
    const real = computed[key as keyof typeof computed];
    if (stated !== real)
      report(['playbook_processing_summary', key], `It says ${stated}, the playbook says ${real}.`, `Write ${real}.`);
  }
  for (const [index, id] of (playbook.markings ?? []).entries())
    needs('data_marking_definitions', id, ['markings', index], 'marking');
  for (const id of Object.keys(playbook.playbook_extensions ?? {}))
    needs('extension_definitions', id, ['playbook_extensions', id], 'extension');

  for (const [id, info] of Object.entries(playbook.authentication_info_definitions ?? {})) {
    const secrets = ['password', 'token', 'oauth_header'].filter((key) => info[key] !== undefined && info[key] !== '');
    if (secrets.length > 0)
      report(
        ['authentication_info_definitions', id, secrets[0] ?? ''],
        'A secret stands in the playbook.',
        'Keep it in the connector and refer to it by kms_key_identifier, with kms true.',
      );
  }
  for (const kind of ['agent_definitions', 'target_definitions'] as const)
    for (const [id, definition] of Object.entries(playbook[kind] ?? {})) {
      const info = definition['authentication_info'];
      if (typeof info === 'string')
        needs('authentication_info_definitions', info, [kind, id, 'authentication_info'], 'authentication info');
    }

  // A step of a branch also sees the variables of the step that opened it: declared anywhere counts as declared.
  const names = new Set(
    [playbook, ...Object.values(playbook.workflow)].flatMap((holder) =>
      Object.keys(('playbook_variables' in holder ? holder.playbook_variables : undefined) ?? {}).concat(
        Object.keys(('step_variables' in holder ? holder.step_variables : undefined) ?? {}),
      ),
    ),
  );
  for (const [id, step] of Object.entries(playbook.workflow)) checkStep(playbook, names, id, step, report, needs);
  return [...problems, ...checkGraph(playbook)];
}

type Report = (path: readonly (string | number)[], message: string, fix: string) => void;
type Needs = (kind: DefinitionKind, id: string, path: readonly (string | number)[], what: string) => void;

function checkStep(
  playbook: Playbook,
  names: ReadonlySet<string>,
  id: string,
  step: Step,
  report: Report,
  needs: Needs,
): void {
  const at = (...rest: (string | number)[]) => ['workflow', id, ...rest];
  const declared = (name: string, path: readonly (string | number)[]) => {
    if (!names.has(name))
      report(path, `The variable ${name} is not declared.`, 'Declare it in playbook_variables or step_variables.');
  };
  const condition = (text: string, path: readonly (string | number)[]) => {
    try {
      parseComparison(text);
    } catch (error) {
      const column = error instanceof FirebreakError ? error.where?.column : undefined;
      report(path, `${messageOf(error)}${column ? ` (character ${column})` : ''}`, 'Write e.g. __count__:value > 5.');
    }
    for (const name of referencesIn(text)) declared(name, path);
  };

  if (!id.startsWith(`${step.type}--`))
    report(at('type'), `The id does not begin with the step's type ${step.type}.`, 'Correct the type or the id.');
  for (const name of Object.keys(step.step_extensions ?? {}))
    needs('extension_definitions', name, at('step_extensions', name), 'extension');
  for (const [name, variable] of Object.entries(step.step_variables ?? {}))
    if (variable.external)
      report(at('step_variables', name), 'A step variable cannot be external.', 'Declare it in playbook_variables.');

  if (step.type === 'if-condition' || step.type === 'while-condition') condition(step.condition, at('condition'));
  if (step.type === 'switch-condition') {
    const names = referencesIn(step.switch);
    if (names.length !== 1) report(at('switch'), 'A switch names one variable.', 'Write __name__:value.');
    for (const name of names) declared(name, at('switch'));
  }
  if (step.type === 'action') {
    needs('agent_definitions', step.agent, at('agent'), 'agent');
    for (const [index, target] of (step.targets ?? []).entries())
      if (!Object.hasOwn(playbook.agent_definitions ?? {}, target))
        needs('target_definitions', target, at('targets', index), 'target');
    for (const [index, command] of step.commands.entries())
      for (const [key, value] of Object.entries(command))
        if (typeof value === 'string')
          for (const name of referencesIn(value)) declared(name, at('commands', index, key));
  }
  if (step.type === 'action' || step.type === 'playbook-action') {
    for (const [index, name] of (step.in_args ?? []).entries()) declared(name, at('in_args', index));
    for (const [index, name] of (step.out_args ?? []).entries()) {
      declared(name, at('out_args', index));
      if ((step.step_variables?.[name] ?? playbook.playbook_variables?.[name])?.constant)
        report(at('out_args', index), `The variable ${name} is constant.`, 'Use another, or drop `constant`.');
    }
  }
}
