import type pg from 'pg';

/** What a statement gave. */
export interface Answer {
  /** The first word of the command's tag: SELECT, INSERT, COMMIT, … */
  command: string;
  /** Rows touched or given. */
  rowCount: number;
  rows: Record<string, unknown>[];
}

/** A statement as PostgreSQL knows it in one session. */
export interface Plan {
  /** Empty: not kept. */
  name: string;
  isSent?: boolean;
  /** Known after its first answer; it has no rows to give when empty. */
  columns?: readonly Column[];
}

interface Column {
  name: string;
  parse: (text: string) => unknown;
}

export interface Waiting {
  text: string;
  values: (string | Buffer | null)[];
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/** Not carried out, because a statement that was sent before it failed. */
export class NotReached extends Error {}

/** pg's interface of a query that speaks the protocol itself. */
interface ProtocolQuery extends pg.Submittable {
  callback(error?: Error): void;
  handleRowDescription(message: { fields: readonly pg.FieldDef[] }): void;
  handleDataRow(message: { fields: readonly (string | null)[] }): void;
  handleCommandComplete(message: { text: string }): void;
  handleEmptyQuery(): void;
  handleError(error: unknown): void;
  handleReadyForQuery(): void;
}

/** Statements in one message. They are settled when PostgreSQL is ready for the next one: only then is what has no transaction committed. */
export function createBatch(
  statements: readonly Waiting[],
  session: { types: pg.CustomTypesConfig; planOf(text: string): Plan; forget(text: string): void },
): ProtocolQuery {
  const answers: Answer[] = [];
  const plans: Plan[] = [];
  const sentHere = new Set<Plan>();
  let rows: Record<string, unknown>[] = [];

  function write(connection: pg.Connection, { text, values }: Waiting): void {
    const plan = session.planOf(text);
    plans.push(plan);
    const isPrepared = plan.name !== '' && plan.isSent === true;
    if (!isPrepared) {
      sentHere.add(plan);
      plan.isSent = true;
      connection.parse({ name: plan.name, text, types: [] }, true);
    }
    connection.bind({ portal: '', statement: plan.name, values }, true);
    if (plan.columns === undefined) connection.describe({ type: 'P', name: '' }, true);
    connection.execute(null, true);
  }

  /** Those behind a failed one are not reached; whether the failed one was prepared is not known. */
  function fail(error: unknown): void {
    const failed = answers.length === statements.length ? 0 : answers.length;
    for (const [index, statement] of statements.entries()) {
      const answer = answers[index];
      const plan = plans[index];
      if (index >= failed && plan && sentHere.has(plan)) session.forget(statement.text);
      if (answer && index < failed) statement.resolve(answer);
      else statement.reject(index === failed ? error : new NotReached('A statement before this one failed.'));
    }
  }

  const query: ProtocolQuery = {
    // pg puts its watch over a server that does not answer around this.
    callback: () => {},
    submit(connection) {
      connection.stream.cork();
      for (const statement of statements) write(connection, statement);
      connection.sync();
      connection.stream.uncork();
    },
    handleRowDescription({ fields }) {
      const plan = plans[answers.length];
      if (plan)
        plan.columns = fields.map(({ name, dataTypeID }) => ({
          name,
          parse: session.types.getTypeParser(dataTypeID, 'text'),
        }));
    },
    handleDataRow({ fields }) {
      const columns = plans[answers.length]?.columns ?? [];
      const row: Record<string, unknown> = {};
      for (const [index, { name, parse }] of columns.entries()) {
        const text = fields[index] ?? null;
        row[name] = text === null ? null : parse(text);
      }
      rows.push(row);
    },
    handleCommandComplete({ text }) {
      const plan = plans[answers.length];
      if (plan && plan.columns === undefined) plan.columns = [];
      const words = text.split(' ');
      const count = Number(words.at(-1));
      answers.push({ command: words[0] ?? '', rowCount: Number.isInteger(count) ? count : 0, rows });
      rows = [];
    },
    handleEmptyQuery() {
      answers.push({ command: '', rowCount: 0, rows: [] });
    },
    handleError(error) {
      query.callback();
      fail(error);
    },
    handleReadyForQuery() {
      query.callback();
      for (const [index, statement] of statements.entries()) {
        const answer = answers[index];
        if (answer) statement.resolve(answer);
        else statement.reject(new Error('PostgreSQL gave no answer to a statement.'));
      }
    },
  };
  return query;
}
