import { defineErrors } from '../base/errors.ts';

export const errors = defineErrors('DETECT', {
  BAD_CUSTOM: {
    kind: 'user',
    message: (key: string, expected: string) => `"${key}" must be ${expected}.`,
    fix: 'Correct the value; content/rules/README.md tells what our rules may say beyond Sigma.',
  },
  UNREADABLE_FILE: {
    kind: 'outside',
    message: (detail: string) => `The rule file cannot be read: ${detail}`,
    fix: 'Give Firebreak permission to read it, or remove it.',
  },
  NOT_UTF8: {
    kind: 'user',
    message: () => 'The rule file is no UTF-8 text.',
    fix: 'Save it as UTF-8; in another encoding its values would match nothing.',
  },
  NO_SUCH_FOLDER: {
    kind: 'user',
    message: (folder: string) => `There is no rule folder ${folder}.`,
    fix: 'Create it, or correct the path in the settings.',
  },
  NO_SUCH_PIPELINE: {
    kind: 'user',
    message: (path: string) => `There is no pipeline ${path}.`,
    fix: 'Create it, or correct content.pipelines in the settings.',
  },
  BAD_FIXTURE: {
    kind: 'user',
    message: (detail: string) => `The fixture cannot be used: ${detail}`,
    fix: 'Correct it; content/rules/README.md shows the shape of a fixture.',
  },
  BAD_ATTACK_DATA: {
    kind: 'user',
    message: () => 'This is no STIX bundle of ATT&CK: it has no technique.',
    fix: 'Give the bundle of ATT&CK Enterprise as JSON, plain, .gz or .zst.',
  },
});
