import type { z } from 'zod';
import type { Answer } from './batch.ts';
import { errors } from './errors.ts';
import type { Statement } from './session.ts';
import type { Query } from './sql.ts';

/**
 * What a statement runs on: a transaction, or the pool for a single statement of its own.
 * Rows are parsed by zod at this edge; columns keep their snake_case names.
 */
export interface Tx {
  many<T>(row: z.ZodType<T>, query: Query): Promise<T[]>;
  one<T>(row: z.ZodType<T>, query: Query): Promise<T>;
  maybe<T>(row: z.ZodType<T>, query: Query): Promise<T | undefined>;
  /** Runs a statement for its effect; gives the number of rows it touched. */
  run(query: Query): Promise<number>;
}

export interface Transaction extends Tx {
  /**
   * What was sent and need not be waited for before the commit: it travels with it, and when PostgreSQL refuses it nothing is
   * committed. A look at its answer comes too late to refuse: what must hold is asked in the statement, by `unchanged()`.
   */
  later(sent: Promise<unknown>): void;
}

/** Sends one statement; throws what the driver throws. */
export type Send = (statement: Statement) => Promise<Answer>;

export function statementsOn(send: Send): Tx {
  const execute = ({ text, values }: Query): Promise<Answer> => send({ text, values });
  const many: Tx['many'] = async (row, query) => {
    const result = await execute(query);
    return result.rows.map((raw) => row.parse(raw));
  };
  const maybe: Tx['maybe'] = async (row, query) => {
    const rows = await many(row, query);
    if (rows.length > 1) throw errors.NOT_ONE_ROW([rows.length]);
    return rows[0];
  };
  return {
    many,
    maybe,
    async one(row, query) {
      const found = await maybe(row, query);
      if (found === undefined) throw errors.NOT_ONE_ROW([0]);
      return found;
    },
    async run(query) {
      return (await execute(query)).rowCount;
    },
  };
}
