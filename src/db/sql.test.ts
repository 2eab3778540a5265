import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sql, type Query } from './sql.ts';

const sent = (query: Query) => ({ text: query.text, values: query.values });

test('values are numbered in the order in which they stand, and never become text', () => {
  const hostile = "'; drop table users; --";
  expect(sent(sql`select ${hostile}, ${2} where a = ${null}`)).toEqual({
    text: 'select $1, $2 where a = $3',
    values: [hostile, 2, null],
  });
});

test('a piece keeps its values in their places', () => {
  const where = sql`a = ${1} and b = ${2}`;
  const nested = sql`select ${'first'} from t where ${where} or c = ${3} and ${sql`true`}`;
  expect(sent(nested)).toEqual({
    text: 'select $1 from t where a = $2 and b = $3 or c = $4 and true',
    values: ['first', 1, 2, 3],
  });
  expect(sent(sql`${where}`)).toEqual(sent(where));
});

test('a list of one value is one value, not a list of pieces', () => {
  expect(sent(sql`select * from t where id = any(${['a', 'b']}::text[])`)).toEqual({
    text: 'select * from t where id = any($1::text[])',
    values: [['a', 'b']],
  });
});

test('joined rows stand between commas', () => {
  const rows = [1, 2].map((n) => sql`(${n}, ${'x'}::text)`);
  expect(sent(sql`values ${sql.join(rows)} on conflict do nothing`)).toEqual({
    text: 'values ($1, $2::text), ($3, $4::text) on conflict do nothing',
    values: [1, 'x', 2, 'x'],
  });
  expect(sent(sql`in (${sql.join([5, 6])})`)).toEqual({ text: 'in ($1, $2)', values: [5, 6] });
  expect(sql.join([sql`a = ${1}`, sql`b`], sql` or `).text).toBe('a = $1 or b');
  expect(sent(sql`a${sql.join([])}b`)).toEqual({ text: 'ab', values: [] });
});

test('identifiers and literals are quoted', () => {
  expect(sql`${sql.id('public', 'a"b')} ${sql.lit("it's")} ${sql.lit('\\')}`.text).toBe(
    `"public"."a""b" 'it''s'  E'\\\\'`,
  );
});

test('however pieces are nested, the placeholders count the values', () => {
  const piece = fc.letrec<{ query: Query }>((tie) => ({
    query: fc.oneof(
      { maxDepth: 4 },
      fc.integer().map((n) => sql`v ${n}`),
      fc.constant(sql`none`),
      fc.array(tie('query'), { maxLength: 3 }).map((list) => sql.join(list)),
      fc.tuple(tie('query'), fc.integer(), tie('query')).map(([a, n, b]) => sql`(${a} ${n} ${b})`),
    ),
  })).query;
  fc.assert(
    fc.property(piece, (query) => {
      const numbers = [...query.text.matchAll(/\$(\d+)/g)].map(([, n]) => Number(n));
      expect(numbers).toEqual(query.values.map((_, index) => index + 1));
    }),
  );
});
