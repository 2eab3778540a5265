/** Settings that stand at the top of the config, as flags. */
const topLevel = new Set(['config', 'state_dir', 'database_url', 'log_level', 'demonstration']);

/**
 * Takes the config's flags out of a command line: `--http.port 8080`, `--state-dir=/var/lib/firebreak`, `--insecure-http`.
 * `rest` is what is left, in order. What follows `--` is left alone.
 */
export function takeConfigFlags(args: readonly string[]): { flags: Record<string, string>; rest: string[] } {
  const flags: Record<string, string> = {};
  const rest: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    if (arg === '--') {
      rest.push(...args.slice(index));
      break;
    }
    if (arg === '--insecure-http') {
      flags['http.insecure'] = 'true';
      continue;
    }
    const match = /^--([a-z_-]+(?:\.[a-z_-]+)*)(?:=(.*))?$/s.exec(arg);
    const key = match?.[1]?.replaceAll('-', '_');
    if (!match || key === undefined || !(key.includes('.') || topLevel.has(key))) {
      rest.push(arg);
      continue;
    }
    if (match[2] === undefined) index += 1;
    flags[key] = match[2] ?? args[index] ?? '';
  }
  return { flags, rest };
}
