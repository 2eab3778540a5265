/** Text that PostgreSQL and UTF-8 can hold: NUL and lone surrogates become U+FFFD. For what people and logs bring. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed();
}
