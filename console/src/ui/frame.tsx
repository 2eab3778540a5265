import { useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { listContainments } from '../../../src/api/containments.ts';
import { signOut } from '../../../src/api/session.ts';
import { useLive, type LiveState } from '../live.ts';
import { ChangePassword, SignIn } from '../pages/sign-in.tsx';
import { useCall, useEdit, useMe } from '../queries.ts';
import { Away, AwayBanner, StopBanner } from './banners.tsx';
import { Button } from './button.tsx';
import { KeySheet } from './key-sheet.tsx';
import { useKeys } from './keys.ts';
import { applyTheme, storedTheme, type Theme } from './theme.ts';

/** What stands around every page: who is asking, where to go, whether it is live, whether response is stopped. */
export function Frame() {
  const me = useMe();
  const [oneTimePassword, keepOneTimePassword] = useState<string>();
  const [paused, setPaused] = useState(false);
  const person = me.data;
  const isIn = person ? !person.must_change_password : false;
  const live = useLive(isIn, paused);
  const help = useRef<HTMLDialogElement>(null);
  const navigate = useNavigate();
  const page = usePageFocus();
  useKeys({
    'g i': () => void navigate({ to: '/incidents', search: { show: 'open' } }),
    'g c': () => void navigate({ to: '/containments', search: { scope: 'live' } }),
    'g s': () => void navigate({ to: '/sources' }),
    'g r': () => void navigate({ to: '/rules', search: { show: 'finding' } }),
    'g y': () => void navigate({ to: '/system' }),
    l: () => setPaused(!paused),
    '?': () => help.current?.showModal(),
  });

  if (person === null) return <SignIn keep={keepOneTimePassword} />;
  if (person === undefined) return me.error || me.failureCount > 0 ? <Away /> : null;
  if (person.must_change_password)
    return <ChangePassword oneTimePassword={oneTimePassword} forget={() => keepOneTimePassword(undefined)} />;

  return (
    <div className="mx-auto max-w-[1440px] px-4 pb-16">
      <a
        href="#page"
        className="bg-accent text-on-accent absolute left-2 -top-20 z-10 rounded px-3 py-1.5 focus:top-2"
        onClick={(event) => {
          event.preventDefault();
          page.current?.focus();
        }}
      >
        Skip to the page
      </a>
      <header className="border-line mb-4 flex flex-wrap items-center gap-x-4 gap-y-2 border-b py-2.5">
        <Link
          to="/incidents"
          search={{ show: 'open' }}
          className="text-ink flex items-center gap-2 text-base font-semibold hover:no-underline"
        >
          <img src="/favicon.svg" alt="" className="size-5" />
          Firebreak
        </Link>
        <Pages />
        <div className="ml-auto flex items-center gap-2">
          <LiveSwitch live={live} paused={paused} toggle={() => setPaused(!paused)} />
          <Button
            aria-label="Keyboard"
            title="Keyboard (?)"
            onClick={() => help.current?.showModal()}
            className="max-sm:hidden"
          >
            ?
          </Button>
          <ThemeChoice />
          <SignedIn name={person.name} />
        </div>
      </header>
      <AwayBanner isConnecting={live === 'connecting'} />
      <StopBanner />
      <main id="page" ref={page} tabIndex={-1}>
        <Outlet />
      </main>
      <KeySheet dialog={help} />
    </div>
  );
}

/** A new page takes the focus, so that it is read from its beginning. */
function usePageFocus() {
  const page = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const last = useRef(pathname);
  useEffect(() => {
    if (last.current === pathname) return;
    last.current = pathname;
    page.current?.focus({ preventScroll: true });
  }, [pathname]);
  return page;
}

function Pages() {
  const waiting = useCall(listContainments, { query: { scope: 'waiting', limit: 100 } });
  const count = waiting.data?.items.length ?? 0;
  const link =
    'text-soft rounded px-2 py-1 whitespace-nowrap max-sm:px-1.5 max-sm:text-[13px] hover:text-ink hover:no-underline';
  const look = {
    className: link,
    activeProps: { className: 'bg-raised text-ink!' },
    activeOptions: { includeSearch: false },
  };
  return (
    <nav aria-label="Pages" className="-mx-1 flex overflow-x-auto p-1 max-lg:order-last max-lg:w-full">
      <Link to="/incidents" search={{ show: 'open' }} {...look}>
        Incidents
      </Link>
      <Link to="/containments" search={{ scope: count > 0 ? 'waiting' : 'live' }} {...look}>
        Containments
        {count > 0 && (
          <span className="bg-warn/15 text-warn ml-1.5 rounded px-1.5 text-[12px] font-medium tabular-nums">
            {count}
            <span className="sr-only"> awaiting approval</span>
          </span>
        )}
      </Link>
      <Link to="/sources" {...look}>
        Sources
      </Link>
      <Link to="/rules" search={{ show: 'finding' }} {...look}>
        Rules
      </Link>
      <Link to="/system" {...look}>
        System
      </Link>
    </nav>
  );
}

const liveLooks: Record<LiveState, { mark: string; className: string }> = {
  live: { mark: '●', className: 'text-ok' },
  connecting: { mark: '○', className: 'text-warn' },
  paused: { mark: '❚❚', className: 'text-warn' },
};

function LiveSwitch({ live, paused, toggle }: { live: LiveState; paused: boolean; toggle: () => void }) {
  const { mark, className } = liveLooks[live];
  return (
    <button
      type="button"
      onClick={toggle}
      aria-pressed={paused}
      aria-label={`Pause live changes, now ${live}`}
      title={paused ? 'Resume live changes (l)' : 'Pause live changes (l)'}
      className={`rounded px-1.5 py-1 whitespace-nowrap ${className}`}
    >
      <span aria-hidden>{mark}</span> {live}
    </button>
  );
}

function SignedIn({ name }: { name: string }) {
  const leave = useEdit(signOut);
  const queries = useQueryClient();
  return (
    <>
      <span className="text-soft max-w-40 truncate max-sm:hidden">{name}</span>
      <Button
        disabled={leave.isPending}
        onClick={() => leave.mutate({ call: {} }, { onSuccess: () => void queries.resetQueries() })}
      >
        Sign out
      </Button>
    </>
  );
}

const themes: readonly { value: Theme; label: string }[] = [
  { value: 'system', label: 'Auto' },
  { value: 'dark', label: 'Dark' },
  { value: 'light', label: 'Light' },
];

function ThemeChoice() {
  const [theme, setTheme] = useState<Theme>(storedTheme());
  return (
    <select
      aria-label="Colours"
      className="border-line bg-raised rounded border px-1 py-1"
      value={theme}
      onChange={(event) => {
        const next = themes.find(({ value }) => value === event.target.value)?.value ?? 'system';
        applyTheme(next);
        setTheme(next);
      }}
    >
      {themes.map(({ value, label }) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  );
}
