/**
 * Text from outside as text: control characters and invisible marks, such as those that turn the writing direction, are shown as
 * `\u{…}` and not obeyed.
 */
export function visible(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (mark) => `\\u{${(mark.codePointAt(0) ?? 0).toString(16)}}`);
}
