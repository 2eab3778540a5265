import { defineErrors } from '../../base/errors.ts';

export const errors = defineErrors('ENGINE', {
  UNKNOWN_VERSION: {
    kind: 'bug',
    message: (playbook: string, version: string) => `Version ${version} of ${playbook} is not in the database.`,
    fix: 'Playbook versions are never removed: restore the table playbooks from a backup.',
  },
});
