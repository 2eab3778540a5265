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
      const target = event.target instanceof Element ? event.target : null;
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      if (target?.closest('input, textarea, select, [contenteditable]') || document.querySelector('dialog[open]'))
        return;
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

/** `j` and `k` walk the focus through the links marked `data-row`; Enter then opens, as on every link. */
export function useRowKeys(): void {
  const walk = (by: 1 | -1) => {
    const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')].filter((row) => row.checkVisibility());
    const at = rows.findIndex((row) => row === document.activeElement);
    const next = at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by));
    rows[next]?.focus();
  };
  useKeys({ j: () => walk(1), k: () => walk(-1) });
}
