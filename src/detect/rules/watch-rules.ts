import { watch } from 'node:fs';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';

/**
 * Calls `onChange` shortly after something changed in the folders: once for a burst, as an editor or a checkout makes it.
 * Returns the function that ends the watching.
 */
export function watchRules(options: {
  dirs: readonly string[];
  log: Log;
  onChange: () => void;
  quietMs?: number;
}): () => void {
  let timer: NodeJS.Timeout | undefined;
  const changed = () => {
    clearTimeout(timer);
    timer = setTimeout(options.onChange, options.quietMs ?? 200);
    timer.unref();
  };
  const watchers = options.dirs.flatMap((dir) => {
    try {
      const watcher = watch(dir, { recursive: true, persistent: false }, changed);
      watcher.on('error', (error) =>
        options.log.warn({ dir, error: messageOf(error) }, 'Watching a rule folder failed.'),
      );
      return [watcher];
    } catch (error) {
      options.log.warn(
        { dir, error: messageOf(error) },
        'A rule folder cannot be watched; reload by hand after changes.',
      );
      return [];
    }
  });
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}
