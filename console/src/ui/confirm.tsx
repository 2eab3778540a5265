import { useEffect, useId, useRef, useState, type FormEvent, type ReactNode } from 'react';
import { Button } from './button.tsx';
import { Problem } from './states.tsx';

interface Question {
  label: string;
  title: string;
  look?: 'plain' | 'main' | 'danger';
  /** For those who hear the page: the label with its target, when the label alone stands in every row. */
  name?: string;
  children?: ReactNode;
  /** Leave out for actions that need no reason. */
  reasonLabel?: string;
  presetReason?: string;
  act: (reason: string) => Promise<unknown>;
}

/**
 * A button that opens a question which names the target and asks for the reason. No response action runs on a single press.
 * `act` resolves when it is done; a refusal is shown in the dialog with what to do.
 */
export function ConfirmButton(props: Question) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      <Button
        ref={button}
        look={props.look ?? 'plain'}
        aria-haspopup="dialog"
        aria-label={props.name}
        onClick={() => setOpen(true)}
      >
        {props.label}
      </Button>
      {open && (
        <Dialog
          question={props}
          close={() => {
            setOpen(false);
            // The row may be gone with what was done; then the page itself takes the focus.
            window.setTimeout(() => (button.current ?? document.querySelector('main'))?.focus());
          }}
        />
      )}
    </>
  );
}

function Dialog({ question, close }: { question: Question; close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [reason, setReason] = useState(question.presetReason ?? '');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  const id = useId();

  useEffect(() => dialog.current?.showModal(), []);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await question.act(reason.trim());
      dialog.current?.close();
    } catch (problem) {
      setError(problem instanceof Error ? problem : new Error(String(problem)));
      setBusy(false);
    }
  }

  return (
    <dialog
      ref={dialog}
      onClose={close}
      aria-labelledby={id}
      className="panel text-ink m-auto w-[min(32rem,92vw)] p-0 text-left shadow-xl"
    >
      <form onSubmit={(event) => void submit(event)} className="space-y-3 p-4">
        <h2 id={id} className="text-base font-semibold">
          {question.title}
        </h2>
        {question.children && <div className="text-soft">{question.children}</div>}
        {question.reasonLabel && (
          <label className="block space-y-1">
            <span className="label">{question.reasonLabel}</span>
            <textarea
              className="field"
              rows={2}
              value={reason}
              required
              maxLength={2_000}
              onChange={(event) => setReason(event.target.value)}
            />
          </label>
        )}
        {error && <Problem error={error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={() => dialog.current?.close()}>Cancel</Button>
          <Button type="submit" look={question.look === 'danger' ? 'danger' : 'main'} disabled={busy}>
            {busy ? 'Working …' : question.label}
          </Button>
        </div>
      </form>
    </dialog>
  );
}
