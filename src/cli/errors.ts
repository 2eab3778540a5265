import { defineErrors } from '../base/errors.ts';

export const errors = defineErrors('CLI', {
  USAGE: { kind: 'user', message: (detail: string) => detail, fix: 'Add --help to see what the command takes.' },
  SERVER_AWAY: {
    kind: 'outside',
    message: (url: string) => `Firebreak does not run here, or does not answer (${url}).`,
    fix: 'Start it with `npm start`, or name another with FIREBREAK_URL and FIREBREAK_TOKEN.',
  },
  NO_CREDENTIAL: {
    kind: 'outside',
    message: (file: string) => `There is no running Firebreak in this folder: ${file} is not here.`,
    fix: 'Start it with `npm start`, point --state-dir at its data, or set FIREBREAK_URL and FIREBREAK_TOKEN.',
  },
  CREDENTIAL_UNREADABLE: {
    kind: 'denied',
    message: (file: string, detail: string) => `${file} cannot be read: ${detail}.`,
    fix: 'Run this as the user that runs Firebreak, or set FIREBREAK_TOKEN to an API token.',
  },
  UNREADABLE: {
    kind: 'user',
    message: (file: string, detail: string) => `${file} cannot be read: ${detail}`,
    fix: 'Name the file that is meant, or run this as the user that owns it.',
  },
  NO_RULES: {
    kind: 'user',
    message: (paths: string) => `No rule is loaded from ${paths}.`,
    fix: 'Name folders or files of Sigma rules; `firebreak rule list --why-not-loaded --rules DIR` tells what is wrong with them.',
  },
  NO_SUCH_RULE: {
    kind: 'missing',
    message: (rule: string) => `No loaded rule has the id, name or title "${rule}".`,
    fix: 'Name a .yml file, or the folders it is in with --rules; `firebreak rule list --why-not-loaded` tells what is not loaded.',
  },
  RULE_NOT_LOADED: {
    kind: 'user',
    message: (problem: string, fix: string) => `The rule is not loaded: ${problem} ${fix}`,
    fix: 'Correct the rule at the line named here.',
  },
  NOT_READ: {
    kind: 'user',
    message: (format: string) => `The event is not read by the format "${format}".`,
    fix: 'Name the format with --format; `firebreak explain LINE` tells which formats know it.',
  },
  TIMED_OUT: {
    kind: 'outside',
    message: (what: string) => `${what} took too long.`,
    fix: 'Look at `firebreak doctor` and try again.',
  },
  REFUSED_TARGET: {
    kind: 'refused',
    message: (reason: string) => reason,
    fix: 'This holds for everybody. See `firebreak containment deny --help` and the protected list of the config.',
  },
  NOT_CONFIRMED: {
    kind: 'refused',
    message: () => 'It was not confirmed: nothing was changed.',
    fix: 'Read what is shown and answer "yes"; a script that has read it adds --yes (`content update`: --apply).',
  },
});
