import type { Clock } from '../../base/clock.ts';

export interface Phases {
  /** Says that a phase of starting is over; phases follow one another. */
  ended(name: string): void;
  /** Milliseconds of each phase, in their order. */
  ms(): Readonly<Record<string, number>>;
}

export function createPhases(clock: Clock): Phases {
  const ms: Record<string, number> = {};
  let beganAt = clock.now();
  return {
    ended(name) {
      const now = clock.now();
      ms[name] = now - beganAt;
      beganAt = now;
    },
    ms: () => ms,
  };
}
