import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { messageOf } from '../../src/base/errors.ts';
import { linkRules, parseDocuments, type RuleSet } from '../../src/standards/sigma/index.ts';

/** SigmaHQ's folders that the reference ran; the others need placeholders or are about compliance. */
const folders = new Set(['rules', 'rules-emerging-threats', 'rules-threat-hunting']);

/** The rules of the archives, without a copy of them staying anywhere. An archive of other folders is read whole. */
export function loadRules(archives: readonly string[], complain: (archive: string, detail: string) => void): RuleSet {
  const dir = mkdtempSync(join(tmpdir(), 'eval-sigma-'));
  try {
    for (const archive of archives)
      try {
        execFileSync('tar', ['xf', archive, '-C', dir], { stdio: ['ignore', 'ignore', 'pipe'] });
      } catch (error) {
        complain(archive, messageOf(error));
      }
    const files = readdirSync(dir, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.ya?ml$/i.test(file))
      .sort();
    const known = files.filter((file) => file.split(sep).some((part) => folders.has(part)));
    const documents = (known.length > 0 ? known : files).flatMap((file) =>
      parseDocuments(readFileSync(join(dir, file), 'utf8'), file),
    );
    return linkRules(documents);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
