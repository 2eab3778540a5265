import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ApiProblem } from '../../../src/api/client.ts';

export function Problem({ error }: { error: Error }) {
  const problem = error instanceof ApiProblem ? error.problem : undefined;
  return (
    <div role="alert" className="border-bad/40 bg-bad/10 rounded border px-3 py-2">
      <p className="font-medium">{error.message}</p>
      {problem && <p className="text-soft mt-1">{problem.fix}</p>}
      {problem?.decision && (
        <ul className="mt-2 list-disc pl-5">
          {problem.decision
            .filter((step) => step.outcome !== 'pass')
            .map((step) => (
              <li key={step.check}>
                {step.check}: {step.reason}
              </li>
            ))}
        </ul>
      )}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="px-6 py-12 text-center">
      <p className="text-base font-medium">{title}</p>
      {children && <div className="text-soft mx-auto mt-1 max-w-xl">{children}</div>}
    </div>
  );
}

/** The four states of a page: loading, error, empty (the page's own), data. Old data stays while new data comes. */
export function Loaded<T>({ query, children }: { query: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  if (query.data !== undefined)
    return (
      <>
        {query.error && <Problem error={query.error} />}
        {children(query.data)}
      </>
    );
  if (query.error) return <Problem error={query.error} />;
  return (
    <p className="text-soft p-6" aria-live="polite">
      Loading …
    </p>
  );
}

export function NotFound() {
  return (
    <Empty title="There is no such page.">
      <Link to="/incidents" search={{ show: 'open' }}>
        Go to the incidents
      </Link>
    </Empty>
  );
}
