import { useEffect } from 'react';

/** What the tab and a screen reader call the page. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    if (title !== undefined) document.title = `${title} · Firebreak`;
  }, [title]);
}
