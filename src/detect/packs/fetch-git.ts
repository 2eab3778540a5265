import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errors } from './errors.ts';
import { packLimits, type FoundFile } from './found-file.ts';
import { runGit, type GitPlace } from './run-git.ts';
import { isTakenName } from './take-files.ts';

/**
 * Fetches one commit of a repository into `dir` and reads its files from the objects: nothing is checked out, so no hook,
 * attribute, filter or submodule of it can act. `commit` is the full id that is pinned. Throws CONTENT.GIT_*.
 */
export async function fetchGit(
  source: { url: string; ref?: string | undefined },
  options: { dir: string; environment: GitPlace['environment']; signal?: AbortSignal | undefined },
): Promise<{ commit: string; files: AsyncIterable<FoundFile> }> {
  await mkdir(options.dir, { recursive: true });
  const place: GitPlace = {
    dir: options.dir,
    environment: options.environment,
    signal: options.signal,
    watch: async () =>
      (await bytesBelow(options.dir)) > packLimits.sourceBytes
        ? errors.TOO_LARGE(['MB to fetch', String(packLimits.sourceBytes >> 20)])
        : undefined,
  };
  // An empty template: no sample hooks, no config but git's own.
  await runGit(['init', '--quiet', '--bare', '--template='], place);
  const fetching = ['fetch', '--quiet', '--depth=1', '--no-tags', '--no-recurse-submodules', '--no-auto-maintenance'];
  await runGit([...fetching, '--', source.url, source.ref ?? 'HEAD'], place);
  const commit = (await runGit(['rev-parse', '--verify', '--end-of-options', 'FETCH_HEAD^{commit}'], place))
    .toString()
    .trim();
  if (!/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(commit)) throw errors.GIT_FAILED(['it named no commit']);
  return { commit, files: filesOf(commit, place) };
}

/** Objects are asked for together, so many bytes of them. */
const batchBytes = 8 << 20;

async function* filesOf(commit: string, place: GitPlace): AsyncGenerator<FoundFile> {
  const listed = await runGit(['ls-tree', '-r', '-z', '-l', '--full-tree', commit], place, { maxBytes: 64 << 20 });
  let batch: Entry[] = [];
  let bytes = 0;
  for (const line of listed.toString('utf8').split('\0')) {
    const found = /^(\d{6}) (\w+) ([0-9a-f]+) +(\d+|-)\t(.*)$/s.exec(line);
    if (!found) continue;
    const [, mode = '', type, id = '', size = '', path = ''] = found;
    const entry = { path, size: Number(size) || 0, id, isFile: type === 'blob' && mode.startsWith('100') };
    if (!entry.isFile || !isTakenName(path) || entry.size > packLimits.fileBytes) {
      yield { path, size: entry.size, kind: entry.isFile ? 'file' : 'other', read: async () => Buffer.alloc(0) };
      continue;
    }
    batch.push(entry);
    bytes += entry.size;
    if (bytes < batchBytes) continue;
    yield* readBatch(batch, place);
    [batch, bytes] = [[], 0];
  }
  yield* readBatch(batch, place);
}

interface Entry {
  path: string;
  size: number;
  id: string;
}

/** `git cat-file --batch` answers in order: `<id> blob <size>`, the bytes, a line feed. */
async function* readBatch(entries: readonly Entry[], place: GitPlace): AsyncGenerator<FoundFile> {
  if (entries.length === 0) return;
  const expected = entries.reduce((sum, { size }) => sum + size + 200, 0);
  const input = `${entries.map(({ id }) => id).join('\n')}\n`;
  const answer = await runGit(['cat-file', '--batch'], place, { input, maxBytes: expected });
  let at = 0;
  for (const { path, size, id } of entries) {
    const lineEnd = answer.indexOf(10, at);
    if (answer.toString('latin1', at, lineEnd) !== `${id} blob ${size}`) throw errors.GIT_FAILED([`it has no ${path}`]);
    const content = answer.subarray(lineEnd + 1, lineEnd + 1 + size);
    at = lineEnd + size + 2;
    yield { path, size, kind: 'file', read: async () => content };
  }
}

async function bytesBelow(dir: string): Promise<number> {
  const names = await readdir(dir, { recursive: true });
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(dir, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
