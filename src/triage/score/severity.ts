import type { Facts } from './facts.ts';

/**
 * [T30] The worst severity of the findings. [T31] One step more, at most critical (5), when a vital machine (importance 4)
 * suffers and the finding is medium or worse. Nothing lowers it.
 */
export function severityOf(facts: Pick<Facts, 'worst' | 'importance'>): number {
  return facts.importance === 4 && facts.worst >= 3 && facts.worst < 5 ? facts.worst + 1 : facts.worst;
}
