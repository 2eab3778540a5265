import type { Contender } from './contender.ts';

export function firebreak(options: { samples: number; backgroundPerSecond: number }): Contender {
  return {
    name:
      options.backgroundPerSecond > 0 ? `Firebreak (${options.backgroundPerSecond} events/s beside it)` : 'Firebreak',
    lines: 5,
    samples: options.samples,
    jitterMs: 50,
    start: () => Promise.reject(new Error('to be wired')),
  };
}
