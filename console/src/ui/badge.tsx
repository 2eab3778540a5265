import type { ReactNode } from 'react';
import { severityNames } from '../../../src/schema/severity.ts';

export type Tone = 'bad' | 'warn' | 'ok' | 'info' | 'soft';

const tones: Record<Tone, string> = {
  bad: 'text-bad border-bad/40 bg-bad/10',
  warn: 'text-warn border-warn/40 bg-warn/10',
  ok: 'text-ok border-ok/40 bg-ok/10',
  info: 'text-info border-info/40 bg-info/10',
  soft: 'text-soft border-line bg-raised/60',
};

/** A word with a tone; the word carries the meaning, the colour only helps. */
export function Badge({ tone, children, title }: { tone: Tone; children: ReactNode; title?: string | undefined }) {
  return (
    <span
      title={title}
      className={`inline-block rounded border px-1.5 py-px text-[12px] font-medium whitespace-nowrap ${tones[tone]}`}
    >
      {children}
    </span>
  );
}

const severityTones: readonly Tone[] = ['soft', 'soft', 'info', 'warn', 'bad', 'bad', 'bad'];

export function SeverityBadge({ id }: { id: number }) {
  return (
    <Badge tone={severityTones[id] ?? 'soft'}>
      {id >= 5 ? `▲ ${severityNames[id] ?? ''}` : (severityNames[id] ?? 'unknown')}
    </Badge>
  );
}

/** `in_progress` as people write it. */
export function words(name: string): string {
  return name.replaceAll('_', ' ');
}
