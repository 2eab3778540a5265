import { getDemonstration, listSources, type WireSource } from '../../../../src/api/sources.ts';
import { useCall } from '../../queries.ts';
import { DemonstrationPanel } from './demonstration.tsx';
import { FirstSource } from './first-source.tsx';

function isReal(source: WireSource): boolean {
  return !source.is_demonstration && source.kind !== 'internal';
}

/** Above the queue while the demonstration is there or no real source is: what is going on, and the shortest way to the first real one. */
export function FirstSteps() {
  const demonstration = useCall(getDemonstration, {}, { refetchMs: 3_000 });
  const sources = useCall(listSources, {});
  const shown = demonstration.data?.state === 'absent' ? undefined : demonstration.data;
  const needsSource = sources.data !== undefined && !sources.data.items.some(isReal);
  if (!shown && !needsSource) return null;
  return (
    <div className={`mb-5 grid grid-cols-1 gap-4 ${shown && needsSource ? 'lg:grid-cols-[3fr_2fr]' : ''}`}>
      {shown && <DemonstrationPanel demonstration={shown} />}
      {needsSource && <FirstSource isAlone={!shown} />}
    </div>
  );
}
