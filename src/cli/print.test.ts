import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ApiProblem } from '../api/client.ts';
import { defineErrors } from '../base/errors.ts';
import { printError, printJson, printShown } from './print.ts';

const hostile = 'a\u001b[2J\u001b]8;;http://evil\u0007b\rc\u009bd\u202ee\u2028f\nroot ok';
const control = /[\p{Cc}\p{Cf}\u2028\u2029]/u;

test('no text that was logged reaches the terminal as a control, in tables, text and errors', () => {
  const lines = (text: string) => text.split('\n').filter((line) => control.test(line));
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constant(hostile)), (text) => {
      const table = printShown(
        {
          columns: ['a', 'b'],
          rows: [
            [text, 1],
            [null, text],
          ],
        },
        false,
      );
      expect(lines(table)).toEqual([]);
      expect(table.trimEnd().split('\n')).toHaveLength(3);
      expect(lines(printShown(text, false))).toEqual([]);
      const errors = defineErrors('T', { X: { kind: 'user', message: (given: string) => given, fix: 'f' } });
      expect(
        printError(errors.X([text]))
          .trimEnd()
          .split('\n'),
      ).toHaveLength(2);
      const json = printJson({ text });
      expect(lines(json)).toEqual([]);
      expect(JSON.parse(json)).toEqual({ text: text.toWellFormed() === text ? text : expect.anything() });
    }),
  );
});

test('a table is aligned and says when it is empty', () => {
  expect(
    printShown(
      {
        columns: ['name', 'n'],
        rows: [
          ['a', 1],
          ['long name', null],
        ],
      },
      false,
    ),
  ).toBe('NAME       N\na          1\nlong name  -\n');
  expect(printShown({ columns: ['a'], rows: [], empty: 'None here.' }, true)).toBe('None here.\n');
});

test('a refusal shows the checks that made it', () => {
  const problem = new ApiProblem({
    type: 't',
    title: 't',
    status: 409,
    detail: 'Refused.',
    code: 'RESPOND.REFUSED',
    fix: 'See the checks.',
    request_id: 'r',
    decision: [{ check: 'protected_set', outcome: 'forbid', reason: 'loopback' }],
  });
  expect(printError(problem)).toBe('Refused. [RESPOND.REFUSED]\n  forbid protected_set: loopback\n→ See the checks.\n');
});
