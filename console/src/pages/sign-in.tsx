import { useState, type FormEvent, type ReactNode } from 'react';
import { ApiProblem } from '../../../src/api/client.ts';
import { changePassword, signIn } from '../../../src/api/session.ts';
import { useEdit } from '../queries.ts';
import { Button } from '../ui/button.tsx';
import { Problem } from '../ui/states.tsx';

function Card({ title, children }: { title: string; children: ReactNode }) {
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

/** `error` is why the session was not accepted; having none yet is no problem to show. */
export function SignIn({ error }: { error: Error | null }) {
  const edit = useEdit(signIn);
  const [name, setName] = useState('admin');
  const [password, setPassword] = useState('');
  const away = error && !(error instanceof ApiProblem && error.problem.status === 401);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    edit.mutate({ body: { name, password } });
  };
  return (
    <Card title="Sign in to Firebreak">
      <form onSubmit={submit} className="space-y-3">
        <label className="block space-y-1">
          <span className="label">Name</span>
          <input
            className="field"
            autoComplete="username"
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
        {away && <Problem error={error} />}
        {edit.error && <Problem error={edit.error} />}
        <Button type="submit" look="main" className="w-full py-1.5" disabled={edit.isPending}>
          {edit.isPending ? 'Signing in …' : 'Sign in'}
        </Button>
      </form>
      <p className="text-soft">The first start printed a one-time password for “admin” in the terminal.</p>
    </Card>
  );
}

export function ChangePassword() {
  const edit = useEdit(changePassword);
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    edit.mutate({ body: { current_password: current, new_password: next } });
  };
  return (
    <Card title="Choose your password">
      <form onSubmit={submit} className="space-y-3">
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
        {edit.error && <Problem error={edit.error} />}
        <Button type="submit" look="main" className="w-full py-1.5" disabled={edit.isPending}>
          {edit.isPending ? 'Saving …' : 'Save and go on'}
        </Button>
      </form>
    </Card>
  );
}
