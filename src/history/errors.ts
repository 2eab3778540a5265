import { defineErrors } from '../base/errors.ts';

export const errors = defineErrors('HISTORY', {
  SEARCH_TOO_LONG: {
    kind: 'busy',
    message: (seconds: number) => `The search took longer than ${seconds} s and was ended.`,
    fix: 'Search a shorter time, or one source.',
  },
  CHILD_ENDED: {
    kind: 'busy',
    message: (detail: string) => `The history process ended during the request (${detail}).`,
    fix: 'It is started again by itself: repeat the request. If it stays so, look for the reason in the log.',
  },
  FAILED: {
    kind: 'outside',
    message: (detail: string) => `The history could not be read: ${detail}`,
    fix: 'Check the disk of the data folder; the log of the history process tells more.',
  },
});
