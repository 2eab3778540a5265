/** What must stand in a field (in any value of the event, without one) for a predicate to be true. Texts are index-folded. */
export type Anchor = { field?: string } & (
  | { kind: 'equals' | 'starts' | 'ends' | 'contains'; text: string }
  | { kind: 'number'; number: number }
  /** The field is there at all. */
  | { kind: 'present' }
);

export function anchorKey(anchor: Anchor): string {
  const what = 'text' in anchor ? anchor.text : 'number' in anchor ? anchor.number : '';
  return JSON.stringify([anchor.field ?? null, anchor.kind, what]);
}
