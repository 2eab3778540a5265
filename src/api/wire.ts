import { z } from 'zod';

/** A time on the wire: ISO 8601 in UTC. */
export const Iso = z.iso.datetime();

/** An id as `type--uuid`. Bounded, so that a hostile path costs nothing. */
export const Id = z.string().min(1).max(200);

/** Why somebody does what they do; stands in the ledger. */
export const Reason = z.string().trim().min(1).max(2_000);

/** One page of a list, newest first unless the route says otherwise. `next_cursor` is null on the last. */
export function page<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next_cursor: z.string().nullable() });
}

export const pageQuery = {
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
};

/** A yes or no in a query string. */
export const Flag = z.enum(['true', 'false']).transform((text) => text === 'true');

/** RFC 9457, with our permanent `code` and what to do about it. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  fix: z.string(),
  /** Where in the input, when it is known. */
  where: z.object({ file: z.string(), line: z.int(), column: z.int() }).partial().optional(),
  /** The checks of decide(), when a containment was refused or awaits approval. */
  decision: z.array(z.object({ check: z.string(), outcome: z.string(), reason: z.string() })).optional(),
  /** For the operator: the same id stands in the server's log. */
  request_id: z.string(),
});
export type Problem = z.infer<typeof Problem>;

export const Nothing = z.undefined();
