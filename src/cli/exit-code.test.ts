import { expect, test } from 'vitest';
import { ApiProblem } from '../api/client.ts';
import { defineErrors } from '../base/errors.ts';
import { exitCodeOf } from './exit-code.ts';

const problem = (status: number) =>
  new ApiProblem({ type: '', title: '', status, detail: '', code: 'X.Y', fix: '', request_id: '' });
const errors = defineErrors('T', {
  TIMED_OUT: { kind: 'outside', message: () => '', fix: '' },
  USER: { kind: 'user', message: () => '', fix: '' },
  REFUSED: { kind: 'refused', message: () => '', fix: '' },
});

test.each([
  [problem(400), 2],
  [problem(401), 4],
  [problem(403), 4],
  [problem(404), 2],
  [problem(409), 4],
  [problem(412), 4],
  [problem(429), 7],
  [problem(500), 1],
  [problem(503), 7],
  [errors.TIMED_OUT([]), 6],
  [errors.USER([]), 2],
  [errors.REFUSED([]), 4],
  [new DOMException('', 'TimeoutError'), 6],
  [new Error('bug'), 1],
])('%o ends with the exit code of the contract', (error, code) => {
  expect(exitCodeOf(error)).toBe(code);
});
