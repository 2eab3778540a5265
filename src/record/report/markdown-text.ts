import { utcText } from '../../base/utc-text.ts';
import { escapeControl } from '../../base/printable.ts';

/** Characters of one value in a report. */
const longest = 500;

/**
 * Log text as Markdown that shows exactly that text: control and bidirectional characters are made visible, and nothing
 * in it is markup, a table cell's end, HTML, a link (bare addresses too) or an image. CommonMark 0.31 and GFM 0.29.
 */
export function markdownText(text: string): string {
  const cut = text.length > longest ? `${text.slice(0, longest).toWellFormed()}…` : text;
  return escapeControl(cut)
    .replaceAll(/[\\`*_[\]|~]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('://', '\\://')
    .replaceAll(/\b(www)\./gi, '$1\\.')
    .replaceAll('@', '&#64;')
    .replace(/^([-+#=:])/, '\\$1')
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2')
    .trim();
}

/** A table; cells are Markdown already. Nothing when there are no rows. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** `2026-01-31 12:34:56 UTC`; an empty cell for none. */
export function utc(at: Date | string | null): string {
  if (at === null) return '';
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? '' : utcText(date);
}
