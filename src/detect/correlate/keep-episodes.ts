import { idFrom } from '../../base/ids.ts';
import type { EpisodeKeeper } from '../../standards/sigma/index.ts';
import { mergeSubjects } from '../merge-subjects.ts';
import { groupHash, type Detail, type Episode, type GroupState } from './group-state.ts';

/** What a finding shows of its events (SPEC.md [P3]). */
const bounds = { head: 20, tail: 5, sources: 16 };

/** Makes the episodes of a rule's group, and collects what their findings tell. */
export function keepEpisodes(ruleId: string, state: GroupState): EpisodeKeeper<Detail, Episode> {
  return {
    open: (episode) => ({
      ...episode,
      id: idFrom('finding', ruleId, groupHash(state), String(episode.anchor)),
      head: [],
      tail: [],
      subjects: [],
      source_ids: [],
      texts: {},
    }),
    add(episode, sourceId, detail) {
      if (episode.source_ids.length < bounds.sources && !episode.source_ids.includes(sourceId))
        episode.source_ids.push(sourceId);
      if (!detail) return;
      if (episode.head.length < bounds.head) episode.head.push(detail.evidence);
      else episode.tail = [...episode.tail, detail.evidence].slice(-bounds.tail);
      episode.subjects = mergeSubjects(episode.subjects, detail.subjects);
      Object.assign(episode.texts, detail.texts);
    },
  };
}
