import { Link, Outlet, useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { getMe, signOut } from '../../../src/api/session.ts';
import { getStop } from '../../../src/api/stop-switch.ts';
import { useLive, type LiveState } from '../live.ts';
import { ChangePassword, SignIn } from '../pages/sign-in.tsx';
import { useCall, useEdit } from '../queries.ts';
import { Button } from './button.tsx';
import { useKeys } from './keys.ts';
import { applyTheme, storedTheme, type Theme } from './theme.ts';

const liveWords: Record<LiveState, string> = { live: '● live', connecting: '○ connecting …', paused: '❚❚ paused' };

/** What stands around every page: who is asking, where to go, whether it is live, whether response is stopped. */
export function Frame() {
  const me = useCall(getMe, {});
  const [paused, setPaused] = useState(false);
  const signedIn = me.data !== undefined && !me.data.must_change_password;
  const live = useLive(signedIn, paused);
  const help = useRef<HTMLDialogElement>(null);
  const navigate = useNavigate();
  useKeys({
    'g i': () => void navigate({ to: '/incidents', search: { show: 'open' } }),
    'g c': () => void navigate({ to: '/containments', search: { scope: 'live' } }),
    'g s': () => void navigate({ to: '/sources' }),
    'g r': () => void navigate({ to: '/rules' }),
    'g y': () => void navigate({ to: '/system' }),
    l: () => setPaused(!paused),
    '?': () => help.current?.showModal(),
  });

  if (me.isPending) return null;
  if (!me.data) return <SignIn error={me.error} />;
  if (me.data.must_change_password) return <ChangePassword />;

  const link = 'text-soft rounded px-2 py-1 hover:text-ink hover:no-underline';
  const active = { className: 'bg-raised text-ink!' };
  return (
    <div className="mx-auto max-w-[1500px] px-4 pb-16">
      <header className="border-line mb-4 flex flex-wrap items-center gap-x-4 gap-y-2 border-b py-2.5">
        <Link
          to="/incidents"
          search={{ show: 'open' }}
          className="text-ink flex items-center gap-2 text-base font-semibold hover:no-underline"
        >
          <img src="/favicon.svg" alt="" className="size-5" />
          Firebreak
        </Link>
        <nav aria-label="Pages" className="flex flex-wrap gap-1">
          <Link
            to="/incidents"
            search={{ show: 'open' }}
            className={link}
            activeProps={active}
            activeOptions={{ includeSearch: false }}
          >
            Incidents
          </Link>
          <Link
            to="/containments"
            search={{ scope: 'live' }}
            className={link}
            activeProps={active}
            activeOptions={{ includeSearch: false }}
          >
            Containments
          </Link>
          <Link to="/sources" className={link} activeProps={active}>
            Sources
          </Link>
          <Link to="/rules" className={link} activeProps={active}>
            Rules
          </Link>
          <Link to="/system" className={link} activeProps={active}>
            System
          </Link>
        </nav>
        <div className="ml-auto flex flex-wrap items-center gap-2">
          <button
            type="button"
            onClick={() => setPaused(!paused)}
            title="Pause or resume (l)"
            className={live === 'live' ? 'text-ok' : 'text-soft'}
            aria-live="polite"
          >
            {liveWords[live]}
          </button>
          <ThemeChoice />
          <SignedIn name={me.data.name} />
        </div>
      </header>
      <StopBanner />
      <main>
        <Outlet />
      </main>
      <KeySheet dialog={help} />
    </div>
  );
}

function SignedIn({ name }: { name: string }) {
  const leave = useEdit(signOut);
  return (
    <>
      <span className="text-soft max-w-40 truncate">{name}</span>
      <Button onClick={() => leave.mutate({}, { onSuccess: () => window.location.reload() })}>Sign out</Button>
    </>
  );
}

function ThemeChoice() {
  const [theme, setTheme] = useState<Theme>(storedTheme());
  return (
    <label>
      <span className="sr-only">Theme</span>
      <select
        className="border-line bg-raised rounded border px-1.5 py-1"
        value={theme}
        onChange={(event) => {
          const next = event.target.value as Theme;
          applyTheme(next);
          setTheme(next);
        }}
      >
        <option value="system">System</option>
        <option value="dark">Dark</option>
        <option value="light">Light</option>
      </select>
    </label>
  );
}

function StopBanner() {
  const stop = useCall(getStop, {});
  if (!stop.data?.is_stopped) return null;
  return (
    <output className="block border-warn/50 bg-warn/10 text-warn mb-4 rounded border px-3 py-2">
      <strong>Response is stopped.</strong> Nothing new is enforced and nothing is repaired; expiry and release go on.{' '}
      {stop.data.reason && <span>Reason: {stop.data.reason}. </span>}
      <Link to="/system">Resume on the system page</Link>
    </output>
  );
}

const sheet = [
  ['j / k', 'next, previous row'],
  ['Enter', 'open the row'],
  ['g i · g c · g s · g r · g y', 'incidents, containments, sources, rules, system'],
  ['l', 'pause and resume live changes'],
  ['?', 'this sheet'],
] as const;

function KeySheet({ dialog }: { dialog: React.RefObject<HTMLDialogElement | null> }) {
  return (
    <dialog ref={dialog} aria-label="Keyboard" className="panel text-ink m-auto w-[min(28rem,92vw)] p-4 shadow-xl">
      <h2 className="mb-2 text-base font-semibold">Keyboard</h2>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
        {sheet.map(([key, what]) => (
          <div key={key} className="contents">
            <dt className="font-mono">{key}</dt>
            <dd className="text-soft">{what}</dd>
          </div>
        ))}
      </dl>
      <p className="text-soft mt-3">No single key ever runs a response action.</p>
      <div className="mt-3 text-right">
        <Button onClick={() => dialog.current?.close()}>Close</Button>
      </div>
    </dialog>
  );
}
