/** A statement or a piece of one: texts with values between them. There is one text more than there are values. */
export class Query {
  readonly texts: readonly string[];
  readonly values: readonly unknown[];

  constructor(texts: readonly string[], values: readonly unknown[]) {
    this.texts = texts;
    this.values = values;
  }

  /** The text with its values as $1, $2, … */
  get text(): string {
    let text = this.texts[0] ?? '';
    for (let n = 1; n < this.texts.length; n++) text += `$${n}${this.texts[n] ?? ''}`;
    return text;
  }
}

const pieceOf = (one: unknown): Query => (one instanceof Query ? one : new Query(['', ''], [one]));
const textOnly = (text: string): Query => new Query([text], []);

/** One after the other: the last text of each and the first of the next become one. */
function chain(pieces: readonly Query[]): Query {
  const texts = [''];
  const values: unknown[] = [];
  for (const piece of pieces) {
    const [first = '', ...rest] = piece.texts;
    texts.push(`${texts.pop() ?? ''}${first}`, ...rest);
    values.push(...piece.values);
  }
  return new Query(texts, values);
}

/** A statement: what stands in `${}` is sent as a value, unless it is a piece itself. */
function statement(strings: TemplateStringsArray, ...given: readonly unknown[]): Query {
  if (!given.some((one) => one instanceof Query)) return new Query(strings, given);
  return chain([
    textOnly(strings[0] ?? ''),
    ...given.flatMap((one, index) => [pieceOf(one), textOnly(strings[index + 1] ?? '')]),
  ]);
}

export const sql = Object.assign(statement, {
  /** Values or pieces in a row. */
  join: (given: readonly unknown[], between: Query = textOnly(', ')) =>
    chain(given.flatMap((one, index) => (index === 0 ? [pieceOf(one)] : [between, pieceOf(one)]))),
  /** Text as it is; never text from outside. */
  raw: textOnly,
  /** A quoted identifier: sql.id('public', 'events') is "public"."events". */
  id: (...names: readonly string[]) => textOnly(names.map((name) => `"${name.replaceAll('"', '""')}"`).join('.')),
  /** A string literal, for where PostgreSQL takes no value: in data definitions. */
  lit: (text: string) => textOnly(quoted(text)),
});

/** PostgreSQL 18 §4.1.2.2: a text with backslashes is written so that it means itself whatever the settings are. */
function quoted(text: string): string {
  const doubled = text.replaceAll("'", "''");
  return text.includes('\\') ? ` E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`;
}
