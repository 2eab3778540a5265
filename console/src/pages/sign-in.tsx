import { useState, type FormEvent, type ReactNode } from 'react';
import { changePassword, signIn } from '../../../src/api/session.ts';
import { useEdit } from '../queries.ts';
import { Button } from '../ui/button.tsx';
import { Problem } from '../ui/states.tsx';
import { useTitle } from '../ui/title.ts';

function Card({ title, children }: { title: string; children: ReactNode }) {
  useTitle(title);
  return (
    <main className="mx-auto mt-[12vh] w-[min(24rem,92vw)]">
      <div className="panel space-y-4 p-6">
        <h1 className="flex items-center gap-2 text-lg font-semibold">
          <img src="/favicon.svg" alt="" className="size-6" />
          {title}
        </h1>
        {children}
      </div>
    </main>
  );
}

/** `keep` holds the password for the change that may follow, so that nobody types a one-time password twice. */
export function SignIn({ keep }: { keep: (password: string) => void }) {
  const edit = useEdit(signIn);
  const [name, setName] = useState('admin');
  const [password, setPassword] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    keep(password);
    edit.mutate({ call: { body: { name, password } } });
  };
  return (
    <Card title="Sign in to Firebreak">
      <form onSubmit={submit} className="space-y-3">
        <label className="block space-y-1">
          <span className="label">Name</span>
          <input
            className="field"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <label className="block space-y-1">
          <span className="label">Password</span>
          <input
            className="field"
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </label>
        {edit.error && <Problem error={edit.error} />}
        <Button type="submit" look="main" className="w-full py-1.5" disabled={edit.isPending}>
          {edit.isPending ? 'Signing in …' : 'Sign in'}
        </Button>
      </form>
      <p className="text-soft">The first start printed a one-time password for “admin” in the terminal.</p>
    </Card>
  );
}

export function ChangePassword({
  oneTimePassword,
  forget,
}: {
  oneTimePassword: string | undefined;
  forget: () => void;
}) {
  const edit = useEdit(changePassword);
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const differs = again !== '' && again !== next;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (again === next)
      edit.mutate(
        { call: { body: { current_password: oneTimePassword ?? current, new_password: next } } },
        { onSuccess: forget },
      );
  };
  return (
    <Card title="Choose your password">
      <form onSubmit={submit} className="space-y-3">
        {oneTimePassword === undefined && (
          <label className="block space-y-1">
            <span className="label">One-time password</span>
            <input
              className="field"
              type="password"
              autoComplete="current-password"
              required
              value={current}
              onChange={(event) => setCurrent(event.target.value)}
            />
          </label>
        )}
        <label className="block space-y-1">
          <span className="label">New password, 12 characters or more</span>
          <input
            className="field"
            type="password"
            autoComplete="new-password"
            minLength={12}
            required
            value={next}
            onChange={(event) => setNext(event.target.value)}
          />
        </label>
        <label className="block space-y-1">
          <span className="label">Once more</span>
          <input
            className="field"
            type="password"
            autoComplete="new-password"
            required
            aria-invalid={differs}
            value={again}
            onChange={(event) => setAgain(event.target.value)}
          />
        </label>
        {differs && <output className="text-soft block">The two are not the same yet.</output>}
        {edit.error && <Problem error={edit.error} />}
        <Button type="submit" look="main" className="w-full py-1.5" disabled={edit.isPending || differs}>
          {edit.isPending ? 'Saving …' : 'Save and go on'}
        </Button>
      </form>
      <p className="text-soft">The one-time password ends here; every other session of yours does, too.</p>
    </Card>
  );
}
