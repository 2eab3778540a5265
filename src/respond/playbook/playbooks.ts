import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Database } from '../../db/index.ts';
import { loadPlaybook } from './load-playbook.ts';
import type { LoadedPlaybook } from './playbook.ts';
import { insertPlaybook } from './store.ts';

/** A playbook that was left out, and why. */
export interface RejectedPlaybook {
  file: string;
  line?: number;
  column?: number;
  message: string;
  fix: string;
}

export interface Playbooks {
  /** The versions that triggers choose from: the newest of each id. */
  current(): readonly LoadedPlaybook[];
  /** What the last reload left out. */
  rejected(): readonly RejectedPlaybook[];
  /** Reads the folders again. Bad files are left out, each with its reason; a file that was good before keeps its last good version. */
  reload(): Promise<void>;
}

const maxFiles = 1_000;
const maxFileBytes = 4 * 1_024 * 1_024;

/** The playbooks of some folders (`*.json`, CACAO 2.0). Read by `reload`; empty before the first one. */
export function createPlaybooks(options: {
  db: Database;
  folders: readonly string[];
  actions: ReadonlySet<string>;
  log: Log;
  tenantId?: string;
}): Playbooks {
  let current: readonly LoadedPlaybook[] = [];
  let rejected: readonly RejectedPlaybook[] = [];
  const lastGood = new Map<string, LoadedPlaybook>();

  async function reload(): Promise<void> {
    const problems: RejectedPlaybook[] = [];
    const found = new Map<string, LoadedPlaybook>();
    const files = await filesOf(options.folders, problems);
    for (const file of lastGood.keys()) if (!files.includes(file)) lastGood.delete(file);
    for (const file of files) {
      const playbook = (await readOne(file, problems)) ?? lastGood.get(file);
      if (!playbook) continue;
      lastGood.set(file, playbook);
      const other = found.get(playbook.id);
      if (other && other.version === playbook.version)
        problems.push({
          file,
          message: `${playbook.name} stands also in ${other.file}, with the same version.`,
          fix: 'Keep one of the two files.',
        });
      else if (!other || Date.parse(other.version) < Date.parse(playbook.version)) found.set(playbook.id, playbook);
    }
    current = [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    rejected = problems;
    for (const problem of problems) options.log.warn({ ...problem }, 'A playbook was left out.');
  }

  async function readOne(file: string, problems: RejectedPlaybook[]): Promise<LoadedPlaybook | undefined> {
    try {
      const { size } = await stat(file);
      if (size > maxFileBytes) {
        problems.push({ file, message: `It has ${size} bytes.`, fix: `A playbook has at most ${maxFileBytes}.` });
        return undefined;
      }
      const loaded = loadPlaybook(await readFile(file, 'utf8'), file, options.actions);
      if ('problems' in loaded) {
        for (const { path: _path, ...problem } of loaded.problems) problems.push({ file, ...problem });
        return undefined;
      }
      const { playbook } = loaded;
      const stored = await insertPlaybook(options.db.read, options.tenantId ?? 'default', playbook);
      if (stored === playbook.contentHash) return playbook;
      problems.push({
        file,
        message: `Version ${playbook.version} of "${playbook.name}" is known with another content.`,
        fix: 'Set `modified` to the time of the change: a version never changes.',
      });
    } catch (error) {
      problems.push({ file, message: messageOf(error), fix: 'Make the file readable, or remove it.' });
    }
    return undefined;
  }

  return { current: () => current, rejected: () => rejected, reload };
}

async function filesOf(folders: readonly string[], problems: RejectedPlaybook[]): Promise<string[]> {
  const files: string[] = [];
  for (const folder of folders) {
    try {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      for (const entry of entries)
        if (entry.isFile() && entry.name.endsWith('.json')) files.push(join(entry.parentPath, entry.name));
    } catch (error) {
      problems.push({
        file: folder,
        message: messageOf(error),
        fix: 'Create the folder, or drop it from content.playbooks.',
      });
    }
  }
  if (files.length > maxFiles)
    problems.push({ file: folders.join(', '), message: `More than ${maxFiles} playbooks.`, fix: 'Remove some.' });
  return files.sort().slice(0, maxFiles);
}
