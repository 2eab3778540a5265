import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ApiProblem } from '../../../src/api/client.ts';
import { isAway } from '../queries.ts';
import { words } from './badge.tsx';
import { Prose } from './prose.tsx';
import { useTitle } from './title.ts';
import { visible } from './visible.ts';

/** What was refused or failed, why, and what to do. */
export function Problem({ error }: { error: Error }) {
  const problem = error instanceof ApiProblem ? error.problem : undefined;
  const isStale = problem?.status === 412;
  return (
    <div role="alert" className="border-bad/40 bg-bad/10 rounded border px-3 py-2">
      <p className="font-medium">
        {isStale
          ? 'It changed meanwhile: look again, then press once more if you still want it.'
          : visible(error.message)}
      </p>
      {problem && !isStale && (
        <p className="text-soft mt-1">
          <Prose text={problem.fix} />
        </p>
      )}
      {problem?.decision && (
        <ul className="mt-2 list-disc pl-5">
          {problem.decision
            .filter((step) => step.outcome === 'forbid' || step.outcome === 'hold')
            .map((step) => (
              <li key={step.check}>
                <span className="font-medium">{words(step.check)}</span>
                {step.reason !== error.message && <>: {visible(step.reason)}</>}
              </li>
            ))}
        </ul>
      )}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="px-6 py-10 text-center">
      <p className="text-base font-medium">{title}</p>
      {children && <div className="text-soft mx-auto mt-1 max-w-xl text-pretty">{children}</div>}
    </div>
  );
}

/**
 * The four states of a page: loading, error, empty (the page's own), data. Old data stays while new data comes; that the server is
 * away is said once, above the page.
 */
export function Loaded<T>({ query, children }: { query: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  if (query.data !== undefined)
    return (
      <>
        {query.error && !isAway(query.error) && <Problem error={query.error} />}
        {children(query.data)}
      </>
    );
  if (query.error)
    return (
      <div className="p-4">
        <Problem error={query.error} />
      </div>
    );
  return (
    <output className="text-soft block p-6" aria-live="polite">
      Loading …
    </output>
  );
}

/** @param what what there is none of: `page`, or what the page is about */
export function NotFound({ what }: { what: string }) {
  useTitle(`No such ${what}`);
  return (
    <Empty title={`There is no such ${what}.`}>
      <Link to="/incidents" search={{ show: 'open' }}>
        Go to the incidents
      </Link>
    </Empty>
  );
}
