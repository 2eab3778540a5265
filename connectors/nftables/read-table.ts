import { canonicalTarget, isRecord, type HeldDenial } from '../../src/connector/index.ts';
import { targetOf } from './script.ts';

/** What `nft -j list table` says of our sets. Sets and elements of others are left out. */
export function readTable(
  json: string,
  nowMs: number,
): { held: HeldDenial[]; ranges: { family: 4 | 6; prefix: number }[] } {
  const held: HeldDenial[] = [];
  const ranges: { family: 4 | 6; prefix: number }[] = [];
  const document: unknown = JSON.parse(json);
  const items = isRecord(document) && Array.isArray(document['nftables']) ? document['nftables'] : [];
  for (const item of items) {
    const set = isRecord(item) ? item['set'] : undefined;
    if (!isRecord(set) || typeof set['name'] !== 'string') continue;
    const range = /^range([46])_(\d{1,3})$/.exec(set['name']);
    if (range) ranges.push({ family: range[1] === '4' ? 4 : 6, prefix: Number(range[2]) });
    const target = targetOf(set['name']);
    if (!target || !Array.isArray(set['elem'])) continue;
    for (const element of set['elem']) {
      const one = readElement(target, element, nowMs);
      if (one) held.push(one);
    }
  }
  return { held, ranges };
}

function readElement(
  targetOfElement: (element: string) => string,
  element: unknown,
  nowMs: number,
): HeldDenial | undefined {
  const fields = isRecord(element) && isRecord(element['elem']) ? element['elem'] : {};
  const value = 'val' in fields ? fields['val'] : element;
  const prefix = isRecord(value) ? value['prefix'] : undefined;
  const address = isRecord(prefix) ? prefix['addr'] : value;
  if (typeof address !== 'string') return undefined;
  const target = canonicalTarget(targetOfElement(address));
  if (target === undefined) return undefined;
  const held: HeldDenial = { target };
  // nft prints whole seconds.
  if (typeof fields['expires'] === 'number') held.expiresAt = nowMs + fields['expires'] * 1_000;
  const counter = fields['counter'];
  if (isRecord(counter) && typeof counter['packets'] === 'number') held.droppedPackets = counter['packets'];
  return held;
}
