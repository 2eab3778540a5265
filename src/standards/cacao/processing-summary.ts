import type { Playbook, ProcessingSummary } from './playbook.ts';

/** What a playbook really uses (CACAO 2.0 §3.2), whatever it says of itself. */
export function processingSummary(playbook: Playbook): Required<ProcessingSummary> {
  const steps = Object.values(playbook.workflow);
  const has = (type: string) => steps.some((step) => step.type === type);
  const signatures = playbook.signatures ?? [];
  const used = (value: object | undefined) => Object.keys(value ?? {}).length > 0;
  return {
    manual_playbook: steps.some(
      (step) => step.type === 'action' && step.commands.some((command) => command.type === 'manual'),
    ),
    external_playbooks: has('playbook-action'),
    parallel_processing: has('parallel'),
    if_logic: has('if-condition'),
    while_logic: has('while-condition'),
    switch_logic: has('switch-condition'),
    temporal_logic: steps.some((step) => (step.delay ?? 0) > 0 || (step.timeout ?? 0) > 0),
    data_markings: (playbook.markings?.length ?? 0) > 0,
    digital_signatures: signatures.length > 0,
    countersigned_signatures: signatures.some((signature) => 'signature' in signature),
    extensions: used(playbook.playbook_extensions) || steps.some((step) => used(step.step_extensions)),
  };
}
