import type { RefObject } from 'react';
import { Button } from './button.tsx';

const keys = [
  ['j / k', 'next, previous row'],
  ['Enter', 'open the row'],
  ['g i · g c · g s · g r · g y', 'incidents, containments, sources, rules, system'],
  ['l', 'pause and resume live changes'],
  ['?', 'this sheet'],
] as const;

export function KeySheet({ dialog }: { dialog: RefObject<HTMLDialogElement | null> }) {
  return (
    <dialog ref={dialog} aria-labelledby="keys" className="panel text-ink m-auto w-[min(30rem,92vw)] p-4 shadow-xl">
      <h2 id="keys" className="mb-3 text-base font-semibold">
        Keyboard
      </h2>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5">
        {keys.map(([key, what]) => (
          <div key={key} className="contents">
            <dt className="font-mono whitespace-nowrap">{key}</dt>
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
