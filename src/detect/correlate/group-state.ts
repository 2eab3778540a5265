import { z } from 'zod';
import { EvidenceEvent } from '../../schema/finding.ts';
import { Subject } from '../../schema/subject.ts';
import { Entry, fold, shortHash, Episode as WindowEpisode, WindowState } from '../../standards/sigma/index.ts';

/** What a finding would show of an event. */
export const Detail = z.object({
  evidence: EvidenceEvent,
  subjects: z.array(Subject),
  texts: z.record(z.string(), z.string()),
});
export type Detail = z.infer<typeof Detail>;

/** An episode with what its finding tells. */
export const Episode = WindowEpisode.extend({
  /** Id of its finding: rule, group and `anchor`; never changes. */
  id: z.string(),
  head: z.array(EvidenceEvent),
  tail: z.array(EvidenceEvent),
  subjects: z.array(Subject),
  source_ids: z.array(z.string()),
  texts: z.record(z.string(), z.string()),
});
export type Episode = z.infer<typeof Episode>;

/** What is remembered of one group of one correlation, as it is stored. */
export const GroupState = WindowState.extend({
  tenant_id: z.string(),
  site_id: z.string(),
  is_demonstration: z.boolean(),
  entries: z.array(Entry.extend({ d: Detail.optional() })),
  episodes: z.array(Episode),
});
export type GroupState = z.infer<typeof GroupState>;

/** Which group it is. A demonstration never shares one with the real world: it is allowed to act where others are not. */
export function groupHash(state: Pick<GroupState, 'tenant_id' | 'site_id' | 'is_demonstration' | 'group'>): string {
  const { tenant_id, site_id, is_demonstration } = state;
  return shortHash(
    tenant_id,
    site_id,
    is_demonstration ? 'demonstration' : '',
    ...state.group.map(({ value }) => fold(value)),
  );
}

/** The group for people and for the finding's `group_key`: `src_ip=203.0.113.9, user=root`. */
export function groupText(group: GroupState['group']): string {
  return group
    .map(({ field, value }) => `${field}=${value}`)
    .join(', ')
    .slice(0, 1_024);
}
