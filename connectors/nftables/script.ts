import type { Denial } from '../../src/connector/index.ts';

/** Our own table: nothing outside of it is read or written. */
export const table = 'inet firebreak';

/** Where a target lies: which set, and its element there. */
export interface Place {
  set: string;
  element: string;
  /** Set for ranges whose set is made when first needed. */
  range?: { family: 4 | 6; prefix: number };
}

/**
 * Single addresses and the /64 of IPv6 sources lie in plain hash sets (constant time at any size). Other ranges lie in
 * interval sets, one for each prefix length: ranges of one length never overlap, so that a smaller range inside a bigger
 * one keeps its own time-out.
 */
export function placeOf(target: string): Place {
  const family = target.includes(':') ? 6 : 4;
  const slash = target.indexOf('/');
  if (slash === -1) return { set: family === 4 ? 'address4' : 'address6', element: target };
  const prefixText = target.slice(slash + 1);
  if (family === 6 && prefixText === '64') return { set: 'network6', element: target.slice(0, slash) };
  const prefix = Number(prefixText);
  return { set: `range${family}_${prefix}`, element: target, range: { family, prefix } };
}

/** What makes a target of an element of this set; undefined for a set that is none of ours. */
export function targetOf(set: string): ((element: string) => string) | undefined {
  if (set === 'address4' || set === 'address6') return (element) => element;
  if (set === 'network6') return (element) => `${element}/64`;
  const range = /^range[46]_(\d{1,3})$/.exec(set);
  return range ? (element) => `${element}/${range[1]}` : undefined;
}

const typeOf = { 4: 'ipv4_addr', 6: 'ipv6_addr' } as const;
const protocolOf = { 4: 'ip', 6: 'ip6' } as const;

function rulesOf(match: (side: 'saddr' | 'daddr') => string): string[] {
  // prerouting sees what arrives, before any rule that accepts "established"; answers of others to a denied address arrive
  // there too when this host routes. output is this host's own side of the conversation.
  return [
    `add rule ${table} prerouting ${match('saddr')} drop`,
    `add rule ${table} prerouting ${match('daddr')} drop`,
    `add rule ${table} output ${match('daddr')} drop`,
  ];
}

/** Makes the table, or brings back what is missing of it; elements stay. One transaction. */
export function setupScript(ranges: readonly { family: 4 | 6; prefix: number }[]): string[] {
  return [
    `add table ${table}`,
    ...(['address4', 'address6', 'network6'] as const).map(
      (set) => `add set ${table} ${set} { type ${typeOf[set.endsWith('4') ? 4 : 6]}; flags timeout; counter; }`,
    ),
    ...ranges.map(
      ({ family, prefix }) =>
        `add set ${table} range${family}_${prefix} { type ${typeOf[family]}; flags interval,timeout; counter; }`,
    ),
    `add chain ${table} prerouting { type filter hook prerouting priority raw; policy accept; }`,
    `add chain ${table} output { type filter hook output priority raw; policy accept; }`,
    `flush chain ${table} prerouting`,
    `flush chain ${table} output`,
    ...rulesOf((side) => `ip ${side} @address4`),
    ...rulesOf((side) => `ip6 ${side} @address6`),
    ...rulesOf((side) => `ip6 ${side} & ffff:ffff:ffff:ffff:: @network6`),
    ...ranges.flatMap(({ family, prefix }) =>
      rulesOf((side) => `${protocolOf[family]} ${side} @range${family}_${prefix}`),
    ),
  ];
}

/** Elements of a transaction by set, as nft lists them. */
function bySet<T>(
  items: readonly T[],
  targetOf: (item: T) => string,
  textOf: (element: string, item: T) => string = (element) => element,
): Map<string, string> {
  const sets = new Map<string, string>();
  for (const item of items) {
    const { set, element } = placeOf(targetOf(item));
    const before = sets.get(set);
    sets.set(set, before === undefined ? textOf(element, item) : `${before}, ${textOf(element, item)}`);
  }
  return sets;
}

const itself = (target: string) => target;

/**
 * Denies: element time-outs are the dead-man. `isFresh`: none of them is held, so plain adding will do; otherwise add,
 * delete, add in one transaction, which sets the new time-out on every kernel.
 */
export function denyScript(denials: readonly Denial[], nowMs: number, isFresh: boolean): string[] {
  const before = isFresh ? [] : releaseScript(denials.map(({ target }) => target));
  const timed = bySet(
    denials,
    ({ target }) => target,
    (element, { expiresAt }) => `${element} timeout ${Math.max(1, expiresAt - nowMs)}ms`,
  );
  return [...before, ...[...timed].map(([set, list]) => `add element ${table} ${set} { ${list} }`)];
}

/** Lets go; adding first makes that idempotent (deleting what is missing would fail the transaction). */
export function releaseScript(targets: readonly string[]): string[] {
  return [...bySet(targets, itself)].flatMap(([set, list]) => [
    `add element ${table} ${set} { ${list} }`,
    `delete element ${table} ${set} { ${list} }`,
  ]);
}

export function getScript(targets: readonly string[]): string[] {
  return [...bySet(targets, itself)].map(([set, list]) => `get element ${table} ${set} { ${list} }`);
}
