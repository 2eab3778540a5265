import { z } from 'zod';
import { HistoryEvent, HistoryQuery } from './search-archives.ts';

/** What the server says to the history process. */
export const HistoryRequest = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('archive') }),
  z.object({ kind: z.literal('search'), id: z.int(), query: HistoryQuery }),
]);
export type HistoryRequest = z.input<typeof HistoryRequest>;

/** What it answers. */
export const HistoryAnswer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('found'), id: z.int(), events: z.array(HistoryEvent), isCut: z.boolean() }),
  z.object({ kind: z.literal('failed'), id: z.int(), code: z.string(), message: z.string() }),
]);
export type HistoryAnswer = z.infer<typeof HistoryAnswer>;
