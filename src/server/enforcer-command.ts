import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

const nobody = 65_534;

/**
 * The words that start an enforcer of this host. As root it keeps CAP_NET_ADMIN and nothing else (setpriv), and becomes
 * `nobody` where that account can read the program and look for the stop file.
 */
export function enforcerCommand(options: {
  kind: 'nftables' | 'recorder';
  stopFile: string;
  recordFile?: string;
  /** Numeric user id of this process; undefined where there is none. */
  uid: number | undefined;
  /** Already inside namespaces of its own: nothing is to be dropped. */
  isContained?: boolean;
}): string[] {
  const program = join(import.meta.dirname, 'enforcer-main.ts');
  const words = [
    process.execPath,
    // Small: it holds a list of addresses.
    '--max-semi-space-size=1',
    '--max-old-space-size=64',
    program,
    '--kind',
    options.kind,
    '--stop-file',
    options.stopFile,
    ...(options.recordFile === undefined ? [] : ['--record-file', options.recordFile]),
  ];
  const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path));
  if (options.uid !== 0 || options.isContained === true || setpriv === undefined) return words;
  const keeps = options.kind === 'nftables' ? '-all,+net_admin' : '-all';
  // A recorder writes into our folder, so it stays who we are.
  const canBeNobody =
    options.kind === 'nftables' &&
    [program, process.execPath, dirname(options.stopFile)].every((path) => isOpenToAll(path));
  return [
    setpriv,
    '--no-new-privs',
    `--inh-caps=${keeps}`,
    `--bounding-set=${keeps}`,
    ...(canBeNobody ? [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', `--ambient-caps=${keeps}`] : []),
    ...words,
  ];
}

/** Readable for others, and every folder above it passable. */
function isOpenToAll(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    for (let at = path; ; at = dirname(at)) {
      const { mode } = statSync(at);
      const needed = at === path && !statSync(at).isDirectory() ? constants.S_IROTH : constants.S_IXOTH;
      if ((mode & needed) === 0) return false;
      if (dirname(at) === at) return true;
    }
  } catch {
    return false;
  }
}
