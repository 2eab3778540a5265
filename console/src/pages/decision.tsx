import type { WireContainment } from '../../../src/api/containments.ts';
import type { DecisionStep } from '../../../src/schema/containment.ts';
import { Badge, words, type Tone } from '../ui/badge.tsx';
import { visible } from '../ui/visible.ts';

const tones: Record<DecisionStep['outcome'], Tone> = { pass: 'ok', forbid: 'bad', hold: 'warn', note: 'soft' };

/** Why it did that: every check of the guardrails, in order. */
export function Decision({ containment }: { containment: WireContainment }) {
  if (containment.decision.length === 0) return null;
  return (
    <details>
      <summary className="text-accent w-fit">Why: {containment.decision.length} checks by the guardrails</summary>
      <ol className="mt-2 grid grid-cols-[auto_1fr] items-baseline gap-x-3 gap-y-1">
        {containment.decision.map((step) => (
          <li key={`${step.check} ${step.reason}`} className="contents">
            <span>
              <Badge tone={tones[step.outcome]}>{step.outcome}</Badge>
            </span>
            <span>
              <span className="font-medium">{words(step.check)}</span>{' '}
              <span className="text-soft">{visible(step.reason)}</span>
            </span>
          </li>
        ))}
      </ol>
    </details>
  );
}
