import { createHash } from 'node:crypto';

/** A denial as it may stand on a list. */
export interface BlocklistEntry {
  /** Canonical address or range. */
  target: string;
  /** Epoch ms; what is over is left out. */
  expiresAt: number;
  /** What stays when the list is too long: higher first. */
  priority: number;
}

/**
 * The text that firewalls pull: one canonical address or range a line, sorted, nothing else. The strong ETag follows from
 * the text alone. At most `cap` lines, the highest priority first; `leftOut` says how many did not fit. Pure.
 */
export function blocklistText(
  entries: readonly BlocklistEntry[],
  options: { nowMs: number; cap: number; family?: 4 | 6 },
): { text: string; etag: string; targets: string[]; leftOut: number } {
  const best = new Map<string, BlocklistEntry>();
  for (const entry of entries) {
    if (entry.expiresAt <= options.nowMs) continue;
    if (options.family !== undefined && entry.target.includes(':') !== (options.family === 6)) continue;
    const known = best.get(entry.target);
    if (!known || known.priority < entry.priority) best.set(entry.target, entry);
  }
  const ranked = [...best.values()].sort(
    (a, b) => b.priority - a.priority || b.expiresAt - a.expiresAt || (a.target < b.target ? -1 : 1),
  );
  const targets = ranked
    .slice(0, options.cap)
    .map(({ target }) => target)
    .sort();
  const text = targets.map((target) => `${target}\n`).join('');
  const etag = `"${createHash('sha256').update(text).digest('base64url')}"`;
  return { text, etag, targets, leftOut: ranked.length - targets.length };
}
