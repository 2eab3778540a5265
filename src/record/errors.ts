import { defineErrors } from '../base/errors.ts';

export const errors = defineErrors('RECORD', {
  NO_INCIDENT: {
    kind: 'missing',
    message: (id: string) => `There is no incident ${id}.`,
    fix: 'List the incidents with `firebreak incident list`.',
  },
  NO_TASK: {
    kind: 'missing',
    message: (id: string) => `There is no open task ${id}.`,
    fix: 'Read the tasks of the incident again; somebody may have ended it.',
  },
  NO_EVIDENCE: {
    kind: 'missing',
    message: (id: string) => `There is no evidence ${id}.`,
    fix: 'Read the evidence of the incident again.',
  },
  TOO_LARGE: {
    kind: 'user',
    message: (sizeBytes: number, limitBytes: number) =>
      `The evidence has ${sizeBytes} bytes; at most ${limitBytes} are kept here.`,
    fix: 'Store it elsewhere and give its location and SHA-256 instead of the content.',
  },
});
