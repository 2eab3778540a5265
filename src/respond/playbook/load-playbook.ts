import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { readPlaybook, type Playbook, type PlaybookProblem } from '../../standards/cacao/index.ts';
import { compileTrigger } from './compile-trigger.ts';
import { extensionId, ResponseExtension, type LoadedPlaybook } from './playbook.ts';

/**
 * Reads one playbook and makes every check, also that this version can execute each of its steps. Pure.
 * @param actions the command types that are executed here, such as `firebreak:notify`
 */
export function loadPlaybook(
  text: string,
  file: string,
  actions: ReadonlySet<string>,
): { playbook: LoadedPlaybook } | { problems: PlaybookProblem[] } {
  const read = readPlaybook(text);
  if ('problems' in read) return read;
  const body = read.playbook;
  const problems = notExecutable(body, actions);
  const extensionPath = ['playbook_extensions', extensionId];
  const parsed = ResponseExtension.safeParse(body.playbook_extensions?.[extensionId] ?? { type: 'firebreak-response' });
  if (!parsed.success) {
    for (const issue of parsed.error.issues)
      problems.push({
        path: [...extensionPath, ...issue.path.filter((part) => typeof part !== 'symbol')],
        message: `${issue.path.join('.')}: ${issue.message}`,
        fix: 'See content/playbooks for an example of the extension.',
      });
    return { problems };
  }
  for (const [index, wish] of parsed.data.contain.entries()) {
    const step = body.workflow[wish.step];
    const command = `firebreak:${wish.kind}`;
    if (step?.type !== 'action' || !step.commands.some(({ type }) => type === command))
      problems.push({
        path: [...extensionPath, 'contain', index, 'step'],
        message: `${wish.step} is no action step with the command ${command}.`,
        fix: 'Name the step that adopts the containment.',
      });
  }
  const compiled = parsed.data.trigger === undefined ? undefined : compileTrigger(parsed.data.trigger);
  if (compiled && 'problem' in compiled)
    problems.push({
      path: [...extensionPath, 'trigger'],
      message: `The trigger is refused: ${compiled.problem}`,
      fix: 'Write CEL over `finding` and `incident` that gives a boolean, e.g. finding.severity_id >= 4.',
    });
  if (problems.length > 0) return { problems };
  return {
    playbook: {
      id: body.id,
      version: body.modified,
      name: body.name,
      contentHash: createHash('sha256')
        .update(canonicalize(body) ?? '')
        .digest('hex'),
      body,
      response: parsed.data,
      trigger: compiled && 'trigger' in compiled ? compiled.trigger : undefined,
      file,
    },
  };
}

function notExecutable(body: Playbook, actions: ReadonlySet<string>): PlaybookProblem[] {
  const problems: PlaybookProblem[] = [];
  for (const [id, step] of Object.entries(body.workflow)) {
    if (step.type === 'parallel' || step.type === 'playbook-action')
      problems.push({
        path: ['workflow', id, 'type'],
        message: `The step "${step.name ?? id}" is of type ${step.type}, which this version does not execute yet.`,
        fix: 'Put its steps in a row.',
      });
    if (step.type !== 'action') continue;
    for (const [index, command] of step.commands.entries())
      if (!actions.has(command.type))
        problems.push({
          path: ['workflow', id, 'commands', index, 'type'],
          message: `The step "${step.name ?? id}" has a command of type ${command.type}, which this version does not execute yet.`,
          fix: `Commands that are executed: ${[...actions].sort().join(', ')}.`,
        });
  }
  return problems;
}
