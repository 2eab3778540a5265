import { stripVTControlCharacters } from 'node:util';
import { ApiProblem } from '../api/client.ts';
import { FirebreakError, messageOf } from '../base/errors.ts';
import { escapeControl } from '../base/printable.ts';
import type { Shown, Table } from './command.ts';

/** A value as JSON, printed whole and stable: what scripts read. Control characters are JSON escapes already. */
export function printJson(value: unknown): string {
  return `${escapeFormat(JSON.stringify(value ?? null, null, 2))}\n`;
}

/** The same on one line, without its end. */
export function printJsonLine(value: unknown): string {
  return escapeFormat(JSON.stringify(value));
}

function escapeFormat(json: string): string {
  return json.replaceAll(/[\p{Cf}\u007f-\u009f\u2028\u2029]/gu, escapeUnit);
}

function escapeUnit(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');
}

/** A value as a person reads it. Log text in it cannot move the cursor: every cell and line is escaped. */
export function printShown(shown: Shown, colour: boolean): string {
  if (typeof shown !== 'string') return printTable(shown, colour);
  const lines = shown.split('\n').map(escapeControl);
  return `${lines.join('\n')}${shown.endsWith('\n') ? '' : '\n'}`;
}

function printTable(table: Table, colour: boolean): string {
  if (table.rows.length === 0) return `${table.empty ?? 'Nothing.'}\n`;
  const cells = table.rows.map((row) => row.map((cell) => (cell === null ? '-' : escapeControl(String(cell)))));
  const widths = table.columns.map((name, column) =>
    Math.max(name.length, ...cells.map((row) => widthOf(row[column] ?? ''))),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        column === row.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)),
      )
      .join('  ');
  const head = line(table.columns.map((name) => name.toUpperCase()));
  return `${[colour ? `\u001b[1m${head}\u001b[0m` : head, ...cells.map(line)].join('\n')}\n`;
}

/** Terminal cells, near enough: a code point is one. */
function widthOf(text: string): number {
  return Array.from(stripVTControlCharacters(text)).length;
}

/** What went wrong, where, and what to do; for people on stderr. */
export function printError(error: unknown): string {
  if (error instanceof ApiProblem) {
    const { detail, fix, code, decision } = error.problem;
    const checks = decision?.map((step) => `  ${step.outcome.padEnd(6)} ${step.check}: ${step.reason}`) ?? [];
    return escaped([`${detail} [${code}]`, ...checks, fix && `→ ${fix}`]);
  }
  if (error instanceof FirebreakError) {
    const where = error.where?.file
      ? `${[error.where.file, error.where.line, error.where.column].filter((part) => part !== undefined).join(':')}: `
      : '';
    return escaped([`${where}${error.message} [${error.code}]`, `→ ${error.fix}`]);
  }
  return escaped([
    `This is a bug of Firebreak: ${messageOf(error)}`,
    ...(error instanceof Error && error.stack ? error.stack.split('\n').slice(1, 6) : []),
    '→ Please report it with the lines above.',
  ]);
}

/** The same for scripts, as `{ error: { … } }`. */
export function errorValue(error: unknown): object {
  if (error instanceof ApiProblem) return { error: error.problem };
  if (error instanceof FirebreakError)
    return {
      error: {
        code: error.code,
        detail: error.message,
        fix: error.fix,
        ...(error.where ? { where: error.where } : {}),
      },
    };
  return { error: { code: 'CLI.BUG', detail: messageOf(error), fix: 'Please report it.' } };
}

function escaped(lines: readonly string[]): string {
  return `${lines
    .filter((line) => line !== '')
    .map(escapeControl)
    .join('\n')}\n`;
}
