/**
 * Text that is safe to print on a terminal or in a report: C0 and C1 controls, DEL, line and paragraph separators, bidirectional
 * controls and other invisible format characters are shown as `\u{..}` escapes, so that a log line can neither move the cursor, set the
 * title, nor turn itself around (reliability: terminal injection). Tabs and line ends are escaped too: one value stays on one line.
 */
export function escapeControl(text: string): string {
  return text.toWellFormed().replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const short = shorts[character];
    return short ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}

const shorts: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' };
