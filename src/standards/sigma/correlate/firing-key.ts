import type { LinkedCorrelation } from '../link-rules.ts';
import type { Entry } from './window-state.ts';

/** Identity of a firing for what counts it: one for each event that ends a window (SPEC.md [C23]). */
export function firingKey({ header }: LinkedCorrelation, { t, o, k }: Entry): string {
  return `${header.id} ${t} ${o ?? k}`;
}
