import { useState } from 'react';

export interface Steady<T> {
  items: readonly T[];
  /** New ones that wait until the reader lets them in. */
  waiting: number;
  show: () => void;
}

/**
 * A live list that does not jump: while it is held, rows keep their places and are renewed there, rows that left stay as they were, and
 * new ones are only counted. Changing `view` (another tab) starts anew.
 */
export function useSteady<T extends { id: string }>(newest: readonly T[], isHeld: boolean, view: string): Steady<T> {
  const [kept, keep] = useState({ view, items: newest });
  const isFree = !isHeld || kept.view !== view;
  if (isFree) {
    if (kept.items !== newest || kept.view !== view) keep({ view, items: newest });
    return { items: newest, waiting: 0, show: () => {} };
  }
  const known = new Set(kept.items.map((item) => item.id));
  const now = new Map(newest.map((item) => [item.id, item]));
  return {
    items: kept.items.map((item) => now.get(item.id) ?? item),
    waiting: newest.filter((item) => !known.has(item.id)).length,
    show: () => keep({ view, items: newest }),
  };
}
