import { defineErrors } from '../../base/errors.ts';

export const errors = defineErrors('CACAO', {
  UNDEFINED_VARIABLE: {
    kind: 'user',
    message: (name: string) => `The variable ${name} has no value.`,
    fix: 'Give it a value, declare it external and pass one, or fill it by out_args of an earlier step.',
  },
});
