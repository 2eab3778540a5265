import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** A content folder of the config: where the command was given, else beside the program, so that the bundled content is found from anywhere. */
export function contentFolder(folder: string, from: { cwd: string; root: string }): string {
  const given = resolve(from.cwd, folder);
  const bundled = resolve(from.root, folder);
  return !existsSync(given) && existsSync(bundled) ? bundled : given;
}
