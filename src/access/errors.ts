import { defineErrors } from '../base/errors.ts';

export const errors = defineErrors('ACCESS', {
  WRONG_PASSWORD: {
    kind: 'denied',
    message: () => 'The current password is wrong.',
    fix: 'Type the password you signed in with.',
  },
  WEAK_PASSWORD: {
    kind: 'user',
    message: (why: string) => `This password is refused: ${why}.`,
    fix: 'Choose at least 12 characters that are not your name and not the old password; a sentence is good.',
  },
  NAME_TAKEN: {
    kind: 'refused',
    message: (name: string) => `There is a user "${name}" already.`,
    fix: 'Choose another name, or change that user.',
  },
  NO_USER: { kind: 'missing', message: (id: string) => `There is no user ${id}.`, fix: 'List them: GET /v1/users.' },
  NO_TOKEN: {
    kind: 'missing',
    message: (id: string) => `There is no live token ${id}.`,
    fix: 'List them: firebreak token list.',
  },
  LAST_ADMIN: {
    kind: 'refused',
    message: () => 'This is the last admin who can sign in.',
    fix: 'Make somebody else admin first.',
  },
  MORE_THAN_OWN: {
    kind: 'denied',
    message: (scopes: string) => `You cannot give a token what you do not have: ${scopes}.`,
    fix: 'Leave these scopes out, or ask an admin.',
  },
});
