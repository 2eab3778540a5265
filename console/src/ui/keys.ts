import { useEffect, useRef } from 'react';

/**
 * Keyboard sequences such as `j` or `g i`; off inside inputs and dialogs. They move and open; none of them ever acts.
 */
export function useKeys(bindings: Readonly<Record<string, () => void>>): void {
  const latest = useRef(bindings);
  useEffect(() => {
    latest.current = bindings;
  });
  useEffect(() => {
    let prefix = '';
    let timer: number | undefined;
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement | null;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (target?.closest('input, textarea, select, [contenteditable], dialog[open]')) return;
      const sequence = prefix ? `${prefix} ${event.key}` : event.key;
      window.clearTimeout(timer);
      const action = latest.current[sequence];
      if (action) {
        event.preventDefault();
        prefix = '';
        action();
        return;
      }
      prefix = Object.keys(latest.current).some((name) => name.startsWith(`${sequence} `)) ? sequence : '';
      timer = window.setTimeout(() => (prefix = ''), 1_000);
    };
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
      window.clearTimeout(timer);
    };
  }, []);
}
