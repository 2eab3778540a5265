/** Text that PostgreSQL and UTF-8 can hold: NUL and lone surrogates become U+FFFD. For what people and logs bring. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed();
}

/**
 * JSON that jsonb takes whatever a log line holds: PostgreSQL stores neither U+0000 nor half a surrogate pair (a cut text
 * ends in one, too), and one line must not make its batch fail for ever. Both become U+FFFD, as in bytes that are no UTF-8.
 */
export function storableJson(value: unknown): string {
  // JSON.stringify escapes exactly these; a doubled backslash before them is plain text.
  return JSON.stringify(value).replace(/\\(?:\\|u0000|ud[89a-f][0-9a-f]{2})/g, (escape) =>
    escape === '\\\\' ? escape : '\\ufffd',
  );
}
