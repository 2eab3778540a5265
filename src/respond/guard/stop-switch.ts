import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { hasCode } from '../../base/has-code.ts';

export interface Stop {
  by: string;
  reason: string;
  /** ISO; empty when somebody made the file by hand. */
  at: string;
}

/**
 * Whether responding is stopped: the file alone says so, with database, queue and UI down. Whatever is not surely "no file"
 * counts as stopped.
 */
export function readStop(path: string): Stop | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    return { by: 'unknown', reason: `The stop file ${path} cannot be read.`, at: '' };
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && 'by' in value && 'reason' in value)
      return {
        by: String(value.by),
        reason: String(value.reason),
        at: 'at' in value ? String(value.at) : '',
      };
  } catch {
    // A file made by hand (`touch STOP`) stops as well.
  }
  return { by: 'unknown', reason: `The file ${path} is there.`, at: '' };
}

/** Stops new containments on this host at once; expiry and release go on. On disk when it returns. */
export function writeStop(path: string, stop: Stop): void {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'w', 0o644);
  try {
    writeSync(file, `${JSON.stringify(stop)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** True when it was stopped before. */
export function removeStop(path: string): boolean {
  const wasStopped = readStop(path) !== undefined;
  rmSync(path, { force: true });
  return wasStopped;
}
