import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Format, ReadContext } from '../src/connector/index.ts';
import { aimOf, fuzzRuns, fuzzTimeoutMs, growth, readContext, repeated } from './hostile.ts';

/** A line with hostile text in every free slot, and the address that a faithful reader takes from it. */
export interface HostileLine {
  line: string;
  address: string;
}

/** Registers the injection property of a format: no text moves the address. With `orNobody` a line may aim at nobody. */
export function itAimsRight(
  title: string,
  format: Format,
  lines: fc.Arbitrary<HostileLine>,
  { context = readContext, orNobody = false }: { context?: ReadContext; orNobody?: boolean } = {},
): void {
  it(
    title,
    () => {
      fc.assert(
        fc.property(lines, ({ line, address }) => {
          const aim = aimOf(format.read(line, context));
          expect(orNobody ? (aim ?? address) : aim, line).toBe(address);
        }),
        { numRuns: fuzzRuns },
      );
    },
    fuzzTimeoutMs,
  );
}

/** Registers that reading is linear in lines of one fragment over and over: [before, fragment, after]. */
export function itReadsInLinearTime(format: Format, cases: readonly (readonly [string, string, string])[]): void {
  it.each(cases)('grows with the length only: %s%s', (before, fragment, after) => {
    expect(growth((text) => format.read(text, readContext), repeated(fragment, before, after))).toBeLessThan(40);
  });
}
