import type { Scalar } from '../event-values.ts';
import { numberOf } from '../event-values.ts';
import type { TimePart } from '../rule.ts';

/**
 * A part of a date. Text is read as it is written, without moving it to another zone, as the standard warns;
 * numbers are epoch seconds, milliseconds above 10^11, in UTC. `week` is the ISO week (SPEC.md [M8]).
 */
export function timePartOf(raw: Scalar, part: TimePart): number | undefined {
  const date = typeof raw === 'string' ? dateOfText(raw) : undefined;
  const at = date ?? dateOfNumber(raw);
  if (!at) return undefined;
  switch (part) {
    case 'minute':
      return at.getUTCMinutes();
    case 'hour':
      return at.getUTCHours();
    case 'day':
      return at.getUTCDate();
    case 'week':
      return isoWeek(at);
    case 'month':
      return at.getUTCMonth() + 1;
    case 'year':
      return at.getUTCFullYear();
  }
}

function dateOfText(text: string): Date | undefined {
  const found = /^\s*(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2}))?/.exec(text.slice(0, 40));
  if (!found) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = found.slice(1).map((digits) => Number(digits ?? 0));
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute));
  const isReal = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60;
  return isReal ? date : undefined;
}

function dateOfNumber(raw: Scalar): Date | undefined {
  const number = numberOf(raw);
  if (number === undefined) return undefined;
  const date = new Date(Math.abs(number) > 1e11 ? number : number * 1_000);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function isoWeek(date: Date): number {
  const dayMs = 86_400_000;
  const day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
  const thursday = day + (3 - ((date.getUTCDay() + 6) % 7)) * dayMs;
  const yearStart = Date.UTC(new Date(thursday).getUTCFullYear(), 0, 1);
  return Math.floor((thursday - yearStart) / dayMs / 7) + 1;
}
