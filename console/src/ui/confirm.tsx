import { useEffect, useId, useRef, useState, type FormEvent, type ReactNode } from 'react';
import { Button } from './button.tsx';
import { Problem } from './states.tsx';

/**
 * A button that opens a question which names the target and asks for the reason. No response action runs on a single press.
 * `act` resolves when it is done; a refusal is shown in the dialog with what to do.
 */
export function ConfirmButton(props: {
  label: string;
  title: string;
  look?: 'plain' | 'main' | 'danger';
  children?: ReactNode;
  /** Leave out for actions that need no reason. */
  reasonLabel?: string;
  presetReason?: string;
  act: (reason: string) => Promise<unknown>;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState(props.presetReason ?? '');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  const id = useId();

  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await props.act(reason);
      setOpen(false);
    } catch (problem) {
      setError(problem instanceof Error ? problem : new Error(String(problem)));
    } finally {
      setBusy(false);
    }
  }

  return (
    <>
      <Button look={props.look ?? 'plain'} onClick={() => setOpen(true)}>
        {props.label}
      </Button>
      <dialog
        ref={dialog}
        onClose={() => setOpen(false)}
        aria-labelledby={id}
        className="panel text-ink m-auto w-[min(30rem,92vw)] p-0 shadow-xl"
      >
        {open && (
          <form onSubmit={(event) => void submit(event)} className="space-y-3 p-4">
            <h2 id={id} className="text-base font-semibold">
              {props.title}
            </h2>
            {props.children && <div className="text-soft">{props.children}</div>}
            {props.reasonLabel && (
              <label className="block space-y-1">
                <span className="label">{props.reasonLabel}</span>
                <input
                  className="field"
                  value={reason}
                  required
                  maxLength={2_000}
                  onChange={(event) => setReason(event.target.value)}
                />
              </label>
            )}
            {error && <Problem error={error} />}
            <div className="flex justify-end gap-2">
              <Button onClick={() => setOpen(false)}>Cancel</Button>
              <Button type="submit" look={props.look === 'danger' ? 'danger' : 'main'} disabled={busy}>
                {busy ? 'Working …' : props.label}
              </Button>
            </div>
          </form>
        )}
      </dialog>
    </>
  );
}
