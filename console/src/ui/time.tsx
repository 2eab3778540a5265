import { useEffect, useState } from 'react';

/** Epoch ms, renewed every second while the page is seen. */
export function useNow(everyMs = 1_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => {
      if (!document.hidden) setNow(Date.now());
    }, everyMs);
    return () => window.clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** `9 s`, `4 min`, `3 h 20 min`, `2 d`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60)
    return minutes < 10 ? `${minutes} min ${String(seconds % 60).padStart(2, '0')} s` : `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d`;
}

/** A moment in UTC, with the local time and the distance on hover. */
export function Moment({ at, relative = false }: { at: string | null; relative?: boolean }) {
  const now = useNow(relative ? 1_000 : 60_000);
  if (at === null) return <span className="text-soft">–</span>;
  const date = new Date(at);
  const utc = date.toISOString().slice(0, 19).replace('T', ' ');
  return (
    <time dateTime={at} title={`${utc} UTC\n${date.toLocaleString()} here`} className="whitespace-nowrap tabular-nums">
      {relative ? `${duration(now - date.getTime())} ago` : `${utc} UTC`}
    </time>
  );
}

/** What is left until `until`, counting down. */
export function Countdown({ until }: { until: string | null }) {
  const now = useNow();
  if (until === null) return <span className="text-soft">–</span>;
  const left = Date.parse(until) - now;
  return (
    <time dateTime={until} title={`until ${until}`} className="whitespace-nowrap tabular-nums">
      {left > 0 ? `${duration(left)} left` : 'ends now'}
    </time>
  );
}
