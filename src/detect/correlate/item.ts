import { z } from 'zod';
import { EvidenceEvent } from '../../schema/finding.ts';
import { Subject } from '../../schema/subject.ts';

/** An event, or a firing of another correlation, that a correlation counts. Carried as JSON between workers. */
export const Item = z.object({
  /** The correlation that counts it. */
  rule_id: z.string(),
  /** Which of its rules: position in `rules`. */
  feed: z.int(),
  tenant_id: z.string(),
  site_id: z.string(),
  is_demonstration: z.boolean(),
  source_id: z.string(),
  /** Source and uid of the event: an item is counted once. */
  key: z.string(),
  /** Epoch ms of the event, not later than arrival plus the allowed skew. */
  time: z.int(),
  /** Epoch ms of the arrival. */
  arrived_at: z.int(),
  /** Place among all events as they arrived: batch, then position. */
  order: z.number().default(0),
  /** How many equal events it stands for. */
  weight: z.int(),
  /** Group-by fields and their values, in the rule's order. */
  group: z.array(z.object({ field: z.string(), value: z.string() })),
  /** Hash of the counted values. */
  value: z.string().optional(),
  /** The number that is summed. */
  number: z.number().optional(),
  /** Fields for a correlation that counts this one. */
  carried: z.record(z.string(), z.string()).optional(),
  /** Texts for the rule's message, by field. */
  texts: z.record(z.string(), z.string()),
  evidence: EvidenceEvent,
  subjects: z.array(Subject),
});
export type Item = z.infer<typeof Item>;
