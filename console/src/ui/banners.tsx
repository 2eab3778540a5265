import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { getStop } from '../../../src/api/stop-switch.ts';
import { useCall } from '../queries.ts';
import { Moment } from './time.tsx';
import { useTitle } from './title.ts';
import { visible } from './visible.ts';

const patienceMs = 2_500;

/** Says that the page shows what was, once the stream is gone for longer than a hiccup. */
export function AwayBanner({ isConnecting }: { isConnecting: boolean }) {
  const [since, setSince] = useState<string>();
  useEffect(() => {
    const lost = new Date().toISOString();
    const timer = window.setTimeout(() => setSince(isConnecting ? lost : undefined), isConnecting ? patienceMs : 0);
    return () => window.clearTimeout(timer);
  }, [isConnecting]);
  if (since === undefined) return null;
  return (
    <div role="alert" className="border-bad/40 bg-bad/10 mb-4 rounded border px-3 py-2">
      <strong>Firebreak does not answer.</strong> The page shows how things stood at <Moment at={since} show="clock" />{' '}
      UTC and asks again every few seconds. What is in force stays in force and ends by itself.
    </div>
  );
}

/** In place of the page while nothing is known yet. */
export function Away() {
  useTitle('No answer');
  return (
    <main className="mx-auto mt-[18vh] w-[min(30rem,92vw)]">
      <div role="alert" className="panel space-y-2 p-6">
        <h1 className="text-lg font-semibold">Firebreak does not answer</h1>
        <p className="text-soft">
          This page asks again every few seconds. If it stays so: is the server running? <code>firebreak doctor</code>{' '}
          looks at everything it needs.
        </p>
      </div>
    </main>
  );
}

export function StopBanner() {
  const stop = useCall(getStop, {});
  if (!stop.data?.is_stopped) return null;
  return (
    <output className="block border-warn/50 bg-warn/10 mb-4 rounded border px-3 py-2">
      <strong className="text-warn">Response is stopped.</strong> Nothing new is enforced and nothing is repaired;
      expiry and release go on. {stop.data.reason && <>Reason: {visible(stop.data.reason)}. </>}
      <Link to="/system">Resume on the system page</Link>
    </output>
  );
}
