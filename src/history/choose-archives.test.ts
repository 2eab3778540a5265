import { describe, expect, it } from 'vitest';
import { chooseCompaction, chooseRemoval, shouldStartHistory } from './choose-archives.ts';
import type { Archive } from './store.ts';

const dayMs = 86_400_000;
const archive = (id: number, day: number, bytes: number): Archive => ({
  id: `archive--${id}`,
  day: `2026-01-0${day}`,
  path: `${id}`,
  row_count: 1,
  byte_count: bytes,
  min_time: new Date(day * dayMs),
  max_time: new Date(day * dayMs + id),
  sha256: '',
  created_at: new Date(0),
});

describe('what to join', () => {
  it('is eight small files of one day', () => {
    const seven = Array.from({ length: 7 }, (_, index) => archive(index, 1, 1_000));
    expect(chooseCompaction([...seven, archive(7, 2, 1_000)])).toEqual([]);
    expect(chooseCompaction([...seven, archive(7, 1, 100_000_000)])).toEqual([]);
    expect(chooseCompaction([...seven, archive(7, 1, 1_000)]).length).toBe(8);
  });
});

describe('what to forget', () => {
  it('is what is too old, and the oldest beyond the size', () => {
    const archives = [archive(1, 1, 10), archive(2, 3, 10), archive(3, 5, 10)];
    const removal = (keepDays: number, keepBytes: number) =>
      chooseRemoval(archives, { keepDays, keepBytes }, 6 * dayMs);
    expect(removal(10, 100)).toEqual([]);
    expect(removal(4, 100)).toEqual(['archive--1']);
    expect(removal(10, 20)).toEqual(['archive--1']);
    expect(removal(10, 9)).toEqual(['archive--3', 'archive--2', 'archive--1']);
  });
});

describe('the history process', () => {
  it('starts for many batches or an old one', () => {
    expect(shouldStartHistory({ batches: 0, oldest: null }, 1e9)).toBe(false);
    expect(shouldStartHistory({ batches: 1, oldest: new Date(1e9 - 1_000) }, 1e9)).toBe(false);
    expect(shouldStartHistory({ batches: 1, oldest: new Date(1e9 - 300_000) }, 1e9)).toBe(true);
    expect(shouldStartHistory({ batches: 500, oldest: new Date(1e9) }, 1e9)).toBe(true);
  });
});
