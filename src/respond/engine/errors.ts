import { defineErrors } from '../../base/errors.ts';

export const errors = defineErrors('ENGINE', {
  STEP_TAKEN_OVER: {
    kind: 'busy',
    message: (step: string) => `The step ${step} was taken over by another engine process.`,
    fix: 'Nothing to do: the other process goes on with the run.',
  },
  UNKNOWN_VERSION: {
    kind: 'bug',
    message: (playbook: string, version: string) => `Version ${version} of ${playbook} is not in the database.`,
    fix: 'Playbook versions are never removed: restore the table playbooks from a backup.',
  },
  UNKNOWN_EXECUTION: {
    kind: 'missing',
    message: (id: string) => `There is no execution ${id}.`,
    fix: 'List the executions of the incident to see its ids.',
  },
});
