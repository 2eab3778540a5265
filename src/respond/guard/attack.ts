import { sourceKeyOf } from '../../base/address.ts';
import type { Finding } from '../../schema/finding.ts';

/** The attack behind a request, as the findings that name the target tell it. */
export interface Attack {
  firstSeenAt: Date;
  /** By rule: its last live event, undefined when all it saw is replayed. */
  rules: ReadonlyMap<string, Date | undefined>;
  /** What was seen live: when the last event happened, by its own stamp, and when that was told. */
  sightings: readonly { lastSeenAt: Date; toldAt: Date }[];
}

/** An event this old says what was; a denial is for what is. Also where a clock or a time zone is wrong. */
export const freshMs = 15 * 60_000;

/** A logon counts for the people behind an address when it was there so long before the attack: not the attacker's own. */
export const logonLeadMs = 3_600_000;

/** Pure. A finding with one replayed source counts as replayed: which of its events were live is not known. */
export function attackOf(
  findings: readonly Finding[],
  of: { target: string; ruleIds: readonly string[]; firstSeenAt: Date },
  isReplay: (sourceId: string) => boolean,
): Attack {
  const rules = new Map<string, Date | undefined>();
  const sightings: { lastSeenAt: Date; toldAt: Date }[] = [];
  const key = keyOf(of.target);
  for (const finding of findings) {
    if (!of.ruleIds.includes(finding.rule_id)) continue;
    if (!finding.subjects.some(({ role, value }) => role === 'actor' && keyOf(value) === key)) continue;
    const before = rules.get(finding.rule_id);
    const isLater = before === undefined || finding.last_seen_at > before;
    const isLive = !finding.source_ids.some(isReplay);
    rules.set(finding.rule_id, isLater && isLive ? finding.last_seen_at : before);
    if (isLive) sightings.push({ lastSeenAt: finding.last_seen_at, toldAt: finding.updated_at });
  }
  return { firstSeenAt: of.firstSeenAt, rules, sightings };
}

/**
 * Whether the attack was seen after `end`. Most logs stamp whole seconds: such an event may have happened at any moment of
 * its second, and in the second of the end what was told later counts as later. Pure.
 */
export function goesOnAfter({ sightings }: Attack, end: Date): boolean {
  return sightings.some(({ lastSeenAt, toldAt }) => {
    if (lastSeenAt > end) return true;
    const isWholeSecond = lastSeenAt.getTime() % 1_000 === 0;
    return isWholeSecond && lastSeenAt.getTime() + 1_000 > end.getTime() && toldAt > end;
  });
}

function keyOf(value: string): string {
  const [address = ''] = value.split('/');
  return sourceKeyOf(address);
}
