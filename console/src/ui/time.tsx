import { useEffect, useState } from 'react';

/** Epoch ms, renewed every second while the page is seen. */
export function useNow(everyMs = 1_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const tick = () => {
      if (!document.hidden) setNow(Date.now());
    };
    const timer = window.setInterval(tick, everyMs);
    document.addEventListener('visibilitychange', tick);
    return () => {
      window.clearInterval(timer);
      document.removeEventListener('visibilitychange', tick);
    };
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

function utcOf(date: Date): string {
  return date.toISOString().slice(0, 19).replace('T', ' ');
}

/** The same moment on both clocks, for the hover. */
function bothClocks(date: Date): string {
  return `${utcOf(date)} UTC\n${date.toLocaleString(undefined, { timeZoneName: 'short' })}`;
}

/** A moment in UTC, or its distance; both clocks on hover. `clock` leaves the date to the hover. */
export function Moment({ at, show = 'utc' }: { at: string | null; show?: 'utc' | 'relative' | 'clock' }) {
  const now = useNow(show === 'relative' ? 1_000 : 60_000);
  if (at === null) return <span className="text-soft">–</span>;
  const date = new Date(at);
  const text = {
    utc: () => `${utcOf(date)} UTC`,
    relative: () => `${duration(now - date.getTime())} ago`,
    clock: () => utcOf(date).slice(11),
  };
  return (
    <time dateTime={at} title={bothClocks(date)} className="whitespace-nowrap tabular-nums">
      {text[show]()}
    </time>
  );
}

/** What is left until `until`, counting down. */
export function Countdown({ until }: { until: string | null }) {
  const now = useNow();
  if (until === null) return <span className="text-soft">no end yet</span>;
  const left = Date.parse(until) - now;
  return (
    <time dateTime={until} title={`Ends\n${bothClocks(new Date(until))}`} className="whitespace-nowrap tabular-nums">
      {left > 0 ? `${duration(left)} left` : 'ends now'}
    </time>
  );
}
