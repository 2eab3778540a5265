import { watch } from 'node:fs';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';

/**
 * Calls `onChange` shortly after something changed in the folders: once for a burst, as an editor or a checkout makes it.
 * Returns the function that ends the watching.
 */
export function watchRules(options: {
  /** Watched with all that is below them. */
  dirs: readonly string[];
  /** Watched themselves only: of the content packs the notes tell a change, and the rules may be thousands of files. */
  flatDirs?: readonly string[];
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
  const deep = options.dirs.map((dir) => ({ dir, recursive: true }));
  const flat = (options.flatDirs ?? []).map((dir) => ({ dir, recursive: false }));
  const watchers = [...deep, ...flat].flatMap(({ dir, recursive }) => {
    try {
      const watcher = watch(dir, { recursive, persistent: false }, changed);
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
