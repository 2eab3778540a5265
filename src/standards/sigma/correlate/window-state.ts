import { createHash } from 'node:crypto';
import { z } from 'zod';

/** An event in a window. Short names: hundreds of these lie in a row, and are stored. */
export const Entry = z.object({
  /** Time, epoch ms. */
  t: z.int(),
  /** Place in the order of arrival, for equal times, when it is not 0. */
  o: z.number().optional(),
  /** Hash of the event's key and feed. */
  k: z.string(),
  /** Source, as position in `sources`. */
  s: z.int(),
  /** Weight, when it is not 1. */
  w: z.number().optional(),
  /** Feed, when it is not 0. */
  r: z.int().optional(),
  /** Hash of the counted values. */
  v: z.string().optional(),
  /** The number that is summed. */
  n: z.number().optional(),
  /** Fields that a firing carries. */
  c: z.record(z.string(), z.string()).optional(),
  /** 1: the window that it ends has fired. */
  f: z.literal(1).optional(),
});
export type Entry<D = unknown> = z.infer<typeof Entry> & {
  /** What a finding would show of it; on some only. */
  d?: D | undefined;
};

/** One run of an attack: from the start of the first window that held to the first gap longer than the timespan. */
export const Episode = z.object({
  /** Time of the earliest event of the window that opened it; never changes. */
  anchor: z.int(),
  first: z.int(),
  last: z.int(),
  count: z.int(),
});
export type Episode = z.infer<typeof Episode>;

const Interval = z.object({ from: z.int(), to: z.int() });

/** What is remembered of one group of one correlation. Plain JSON, and bounded (SPEC.md [C27]). */
export const WindowState = z.object({
  /** What the rule was when this was counted; a rule that means something else begins anew (SPEC.md [C30]). */
  meaning: z.string().optional(),
  group: z.array(z.object({ field: z.string(), value: z.string() })),
  /** By time, then order of arrival. */
  entries: z.array(Entry),
  /** Sources that fed it, with the newest event time and the last arrival of each. */
  sources: z.array(z.object({ id: z.string(), newest: z.int(), seen: z.int().optional() })),
  /** Newest last. */
  episodes: z.array(Episode),
  /** Windows that are decided, by time; what comes for them now is late. */
  decided: z.array(Interval).optional(),
  /** Everything up to here is decided. */
  floor: z.int().optional(),
});
export type WindowState<D = unknown, E extends Episode = Episode> = Omit<
  z.infer<typeof WindowState>,
  'entries' | 'episodes'
> & { entries: Entry<D>[]; episodes: E[] };

/** An event, or the firing of another correlation, on its way to its window. */
export interface CountedItem {
  /** Which of the correlation's rules: position in `rules`. */
  feed: number;
  /** Identity: counted once. */
  key: string;
  source_id: string;
  /** Epoch ms of the event. */
  time: number;
  /** Epoch ms of its arrival. */
  arrived_at: number;
  /** Its place among all events as they arrived; decides between equal times. */
  order: number;
  /** How many equal events it stands for, from 1. */
  weight: number;
  /** Hash of the counted values. */
  value?: string | undefined;
  number?: number | undefined;
  carried?: Record<string, string> | undefined;
}

/** Makes and fills what is told of an episode. */
export interface EpisodeKeeper<D, E extends Episode> {
  open(episode: Episode): E;
  /** An event became part of it; `detail` is absent when it is no longer remembered. */
  add(episode: E, sourceId: string, detail: D | undefined): void;
}

/** A window that held. */
export interface WindowFiring<D, E extends Episode> {
  /** The event that ends the window. */
  end: Entry<D>;
  /** Of that event; absent when it is no longer remembered. */
  detail: D | undefined;
  sourceId: string;
  episode: E;
  /** true: it opened the episode. */
  isFirst: boolean;
}

/** What an item, or the passing of time, did to a group. */
export interface Advance<D, E extends Episode> {
  kind: 'counted' | 'duplicate' | 'late';
  firings: WindowFiring<D, E>[];
  /** Episodes that changed. */
  changed: Set<E>;
}

/** Short and even; 96 bits are plenty within a group or a rule. */
export function shortHash(...parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}\0${part}\0`);
  return hash.digest('base64url').slice(0, 16);
}
