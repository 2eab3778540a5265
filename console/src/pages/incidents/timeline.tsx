import { useState } from 'react';
import { getTimeline, type TimelineEntry } from '../../../../src/api/incidents.ts';
import { useCall } from '../../queries.ts';
import { words, type Tone } from '../../ui/badge.tsx';
import { Section } from '../../ui/section.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { Moment } from '../../ui/time.tsx';
import { visible } from '../../ui/visible.ts';
import { useActorName } from '../actor.ts';

const views = [
  { value: 'story', label: 'Story' },
  { value: 'all', label: 'Every step' },
] as const;

const inks: Record<Tone, string> = {
  bad: 'text-bad',
  warn: 'text-warn',
  ok: 'text-ok',
  info: 'text-info',
  soft: 'text-soft',
};

function toneOf(kind: string): Tone {
  if (/failed|refused|tampered|uncertain/.test(kind)) return 'bad';
  if (kind.startsWith('finding.')) return 'warn';
  if (kind.startsWith('containment.')) return /releas|expired/.test(kind) ? 'soft' : 'ok';
  if (kind.startsWith('incident.') || kind.startsWith('verdict.') || kind.startsWith('note.')) return 'info';
  return 'soft';
}

/** The steps of playbooks are left out of the story unless one went wrong. */
function isTold(entry: TimelineEntry): boolean {
  return !/^(step|execution)\.|\.last_seen$|\.adopted$/.test(entry.kind) || toneOf(entry.kind) === 'bad';
}

/** Machine and human entries in one order, oldest first. */
export function Timeline({ incidentId }: { incidentId: string }) {
  const timeline = useCall(getTimeline, { params: { id: incidentId }, query: { limit: 200 } });
  const [view, choose] = useState<(typeof views)[number]['value']>('story');
  const nameOf = useActorName();
  return (
    <Section
      title="Timeline"
      aside={
        <Tabs
          label="How much of the timeline"
          options={views}
          value={view}
          choose={(value) => choose(value === 'all' ? 'all' : 'story')}
        />
      }
    >
      <Loaded query={timeline}>
        {({ items, next_cursor }) => {
          const told = view === 'all' ? items : items.filter(isTold);
          if (told.length === 0) return <Empty title="Nothing happened yet." />;
          return (
            <>
              <ol>
                {told.map((entry, index) => (
                  <li
                    key={entry.id}
                    className="border-line grid grid-cols-[7rem_1fr] gap-x-3 border-t px-4 py-1.5 sm:grid-cols-[7rem_13rem_1fr_12rem]"
                  >
                    <span className="text-soft max-sm:row-span-2">
                      {told[index - 1]?.at.slice(0, 10) !== entry.at.slice(0, 10) && (
                        <span className="block">{entry.at.slice(0, 10)}</span>
                      )}
                      <Moment at={entry.at} show="clock" /> <span className="text-[12px]">UTC</span>
                    </span>
                    <span className={inks[toneOf(entry.kind)]}>{words(entry.kind.replace('.', ' '))}</span>
                    <span className="max-sm:col-start-2">{visible(entry.summary)}</span>
                    <span className="text-soft max-sm:hidden sm:text-right">{nameOf(entry.actor)}</span>
                  </li>
                ))}
              </ol>
              {next_cursor && (
                <p className="text-soft border-line border-t px-4 py-2">
                  The first 200 entries; the report and the API have all.
                </p>
              )}
            </>
          );
        }}
      </Loaded>
    </Section>
  );
}
