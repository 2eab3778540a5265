import type { Anchor } from '../scan/anchor.ts';
import { strideOf } from '../scan/word-sampler.ts';
import { isBeyondLatin1 } from '../scan/word-table.ts';

/** What is known of the events of a class, as far as it decides by what rules are found. It never changes which are found. */
export interface Costs {
  /** The share of events in which the anchor is found, 0 to 1. */
  chanceOf(anchor: Anchor): number;
  /** Characters of the field in an event, over all its values and events; undefined: of the whole event. */
  lengthOf(field: string | undefined): number;
  /** Values of the field in an event. */
  valuesOf(field: string | undefined): number;
  /** What the field says in events, index-folded; undefined: JSON texts of whole events. A rule is not told by what stands in them. */
  textsOf(field: string | undefined): readonly string[];
}

/** Nanoseconds, as measured on one machine; only their proportions matter. */
export const nsOf = { candidate: 300, anchor: 0.1, probe: 15, copy: 60 };
const nsPerCharacter = { 4: 0.6, 2: 1.4, 1: 2.8 };

/** What looks for an anchor: shared by all that are looked for in the same field in the same way. */
export function scanOf(anchor: Anchor): string {
  return JSON.stringify([anchor.field ?? null, waysOf(anchor)]);
}

function waysOf(anchor: Anchor): string {
  if (!('text' in anchor)) return anchor.kind;
  if (isBeyondLatin1(anchor.text)) return 'beyond';
  const stride = anchor.kind === 'contains' ? strideOf(anchor.text) : undefined;
  return stride ? `contains ${stride.step} ${stride.width}` : anchor.kind;
}

/** Nanoseconds that the scan of an anchor takes in an event, whatever else it looks for. */
export function scanNs(anchor: Anchor, costs: Costs): number {
  if (anchor.kind === 'present') return 0;
  const values = costs.valuesOf(anchor.field);
  if ('text' in anchor && isBeyondLatin1(anchor.text)) return nsOf.copy * values;
  if (anchor.kind !== 'contains') return nsOf.probe * values;
  const step = strideOf(anchor.text)?.step ?? 1;
  return nsOf.copy * values + nsPerCharacter[step] * costs.lengthOf(anchor.field);
}
