import type { WindowPlan } from './window-plan.ts';
import type { Entry } from './window-state.ts';

/** Whether two neighbours are one event, which matched two rules: it is counted, and fires, once. */
export function isTwin({ isByRule }: WindowPlan, one: Entry | undefined, other: Entry | undefined): boolean {
  return isByRule && !!one && !!other && one.o !== undefined && one.o === other.o && one.t === other.t;
}
