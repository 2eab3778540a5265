import type { Archive } from './store.ts';

/** What the history may keep. */
export interface Retention {
  keepDays: number;
  keepBytes: number;
}

const dayMs = 86_400_000;
/** Files of a day are joined when there are so many small ones. */
const compaction = { minFiles: 8, maxFiles: 64, smallBytes: 16 * 1_048_576, maxBytes: 128 * 1_048_576 };

/** Small files of one day that are worth joining; empty when no day has enough of them. */
export function chooseCompaction(archives: readonly Archive[]): Archive[] {
  const small = archives.filter((archive) => archive.byte_count < compaction.smallBytes);
  for (const ofDay of Map.groupBy(small, (archive) => archive.day).values()) {
    const chosen: Archive[] = [];
    let bytes = 0;
    for (const archive of ofDay.slice(0, compaction.maxFiles)) {
      bytes += archive.byte_count;
      if (bytes > compaction.maxBytes) break;
      chosen.push(archive);
    }
    if (chosen.length >= compaction.minFiles) return chosen;
  }
  return [];
}

/** The ids of files that are past retention: too old, or the oldest beyond the size. */
export function chooseRemoval(archives: readonly Archive[], retention: Retention, nowMs: number): string[] {
  const oldest = nowMs - retention.keepDays * dayMs;
  const byAge = archives.toSorted((a, b) => b.max_time.getTime() - a.max_time.getTime());
  let bytes = 0;
  return byAge
    .filter((archive) => {
      bytes += archive.byte_count;
      return archive.max_time.getTime() < oldest || bytes > retention.keepBytes;
    })
    .map((archive) => archive.id);
}

/** Whether the process that writes the history should be started: much waits, or something waits long. */
export function shouldStartHistory(waiting: { batches: number; oldest: Date | null }, nowMs: number): boolean {
  if (waiting.batches === 0 || waiting.oldest === null) return false;
  return waiting.batches >= startLimits.batches || nowMs - waiting.oldest.getTime() >= startLimits.ageMs;
}

const startLimits = { batches: 500, ageMs: 300_000 };
