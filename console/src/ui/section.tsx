import type { ReactNode } from 'react';

export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="panel">
      <h2 className="px-4 pt-3 pb-2 font-semibold">{title}</h2>
      {children}
    </section>
  );
}
