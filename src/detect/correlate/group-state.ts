import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalAddress, sourceKeyOf } from '../../base/address.ts';
import { EvidenceEvent } from '../../schema/finding.ts';
import { Subject } from '../../schema/subject.ts';

/** An item in a window. Short names: thousands of these lie in a row. */
export const Entry = z.object({
  /** Time, epoch ms. */
  t: z.int(),
  /** Hash of the item's key and feed. */
  k: z.string(),
  /** Source, as position in `sources`. */
  s: z.int(),
  /** Weight, when it is not 1. */
  w: z.int().optional(),
  /** Feed, when it is not 0. */
  r: z.int().optional(),
  /** Hash of the counted values. */
  v: z.string().optional(),
  /** What a finding would show of it; on the newest only. */
  d: z
    .object({ evidence: EvidenceEvent, subjects: z.array(Subject), texts: z.record(z.string(), z.string()) })
    .optional(),
});
export type Entry = z.infer<typeof Entry>;

/** One run of an attack: from the window that first crossed to the first gap longer than the timespan. */
export const Episode = z.object({
  /** Id of its finding: rule, group and `anchor`; never changes. */
  id: z.string(),
  /** Time of the earliest event of the window that crossed. */
  anchor: z.int(),
  first: z.int(),
  last: z.int(),
  count: z.int(),
  head: z.array(EvidenceEvent),
  tail: z.array(EvidenceEvent),
  subjects: z.array(Subject),
  source_ids: z.array(z.string()),
  texts: z.record(z.string(), z.string()),
});
export type Episode = z.infer<typeof Episode>;

/** What is remembered of one group of one correlation. Bounded (SPEC.md [W8]). */
export const GroupState = z.object({
  tenant_id: z.string(),
  site_id: z.string(),
  is_demonstration: z.boolean(),
  group: z.array(z.object({ field: z.string(), value: z.string() })),
  /** By time, then arrival. */
  entries: z.array(Entry),
  /** Sources that fed it, with the newest event time of each. */
  sources: z.array(z.object({ id: z.string(), newest: z.int() })),
  /** Newest last. */
  episodes: z.array(Episode),
});
export type GroupState = z.infer<typeof GroupState>;

/** Short and even; 96 bits are plenty within a group or a rule. */
export function shortHash(...parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}\0${part}\0`);
  return hash.digest('base64url').slice(0, 16);
}

/** A group value as it counts: IPv6 addresses by their /64 (DESIGN §2), other text without case (SPEC.md [W2]). */
export function groupValue(text: string): string {
  const address = canonicalAddress(text);
  return address === undefined ? text : sourceKeyOf(address);
}

/** Which group it is. A demonstration never shares one with the real world: it is allowed to act where others are not. */
export function groupHash(state: Pick<GroupState, 'tenant_id' | 'site_id' | 'is_demonstration' | 'group'>): string {
  const { tenant_id, site_id, is_demonstration } = state;
  return shortHash(
    tenant_id,
    site_id,
    is_demonstration ? 'demonstration' : '',
    ...state.group.map(({ value }) => value.toLowerCase()),
  );
}

/** The group for people and for the finding's `group_key`: `src_ip=203.0.113.9, user=root`. */
export function groupText(group: GroupState['group']): string {
  return group
    .map(({ field, value }) => `${field}=${value}`)
    .join(', ')
    .slice(0, 1_024);
}
