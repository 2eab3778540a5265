import { z } from 'zod';

/** Something that points to an attacker, with its validity: a simple value, or a STIX pattern kept as text. */
export const Indicator = z.object({
  tenant_id: z.string(),
  /** STIX id of its source, or one of ours. */
  id: z.string().min(1).max(256),
  type: z.enum(['ip', 'range', 'domain', 'url', 'hash', 'pattern']),
  value: z.string().min(1).max(8_192),
  /** Who says so. */
  source: z.string().min(1).max(256),
  /** 0 to 100, as STIX confidence. */
  confidence: z.int().min(0).max(100),
  valid_from: z.date(),
  valid_until: z.date().nullable(),
});
export type Indicator = z.infer<typeof Indicator>;
