import { defineErrors } from '../../base/errors.ts';

export const errors = defineErrors('STIX', {
  SYNTAX: {
    kind: 'user',
    message: (expected: string, found: string) => `Expected ${expected}, found ${found}.`,
    fix: "Write a comparison such as __count__:value > 5 AND __name__:value = 'web' (STIX 2.1 §9).",
  },
  TOO_LONG: {
    kind: 'user',
    message: (what: string, limit: number) => `The expression has more than ${limit} ${what}.`,
    fix: 'Split it into several steps or rules.',
  },
  BAD_VALUE: {
    kind: 'user',
    message: (what: string, text: string) => `"${text}" is no ${what}.`,
    fix: 'Correct the constant; the STIX 2.1 patterning grammar says how each is written.',
  },
});
