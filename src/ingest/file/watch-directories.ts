import { statSync, watch, type FSWatcher } from 'node:fs';
import type { Log } from '../../base/log.ts';

export interface DirectoryWatch {
  /** Watches exactly these directories from now on. One that is not there or cannot be watched is tried again at the next call. */
  set(directories: readonly string[]): void;
  close(): void;
}

/** A change in a watched directory: `rename` when a name came, went or changed its file. */
export type OnChange = (directory: string, name: string | undefined, kind: 'change' | 'rename') => void;

export function watchDirectories(log: Log, onChange: OnChange): DirectoryWatch {
  const watchers = new Map<string, { watcher: FSWatcher; inode: string }>();
  const told = new Set<string>();

  function start(directory: string, inode: string): void {
    try {
      const watcher = watch(directory, (event, name) => onChange(directory, name ?? undefined, event));
      // The directory was removed or unmounted; polling goes on.
      watcher.on('error', () => stop(directory));
      watchers.set(directory, { watcher, inode });
      told.delete(directory);
    } catch (error) {
      if (told.has(directory)) return;
      told.add(directory);
      log.warn(
        { directory, code: error instanceof Error && 'code' in error ? error.code : undefined },
        'The directory cannot be watched and is polled instead (ENOSPC: raise fs.inotify.max_user_watches).',
      );
    }
  }

  function stop(directory: string): void {
    watchers.get(directory)?.watcher.close();
    watchers.delete(directory);
  }

  return {
    set(directories) {
      for (const known of watchers.keys()) if (!directories.includes(known)) stop(known);
      for (const directory of directories) {
        const stat = statSync(directory, { bigint: true, throwIfNoEntry: false });
        const inode = stat && `${stat.dev}:${stat.ino}`;
        // A directory that was made anew under its name has another inode, and the old watch sees nothing.
        if (watchers.get(directory)?.inode === inode) continue;
        stop(directory);
        if (inode !== undefined) start(directory, inode);
      }
    },
    close() {
      for (const directory of watchers.keys()) stop(directory);
    },
  };
}
