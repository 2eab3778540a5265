import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linkRules, parseDocuments, type RuleSet } from '../../src/standards/sigma/index.ts';
import { corpusDir } from '../../test/corpus.ts';

/** The folders of SigmaHQ's rules that need no placeholder. */
export const sigmaHqFolders = ['rules', 'rules-emerging-threats', 'rules-threat-hunting', 'rules-compliance'];

/** A temporary folder with `sigmaHqFolders` in it, removed when it is disposed of. */
export function unpackSigmaHq(): Disposable & { folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-rules-'));
  const unpacked = { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
  const archive = join(corpusDir, 'data/sigma/sigma-rules-core.tar.gz');
  execFileSync('tar', ['xzf', archive, '-C', folder, ...sigmaHqFolders]);
  return unpacked;
}

export function sigmaHqTexts(): { file: string; text: string }[] {
  using unpacked = unpackSigmaHq();
  const { folder } = unpacked;
  return sigmaHqFolders.flatMap((part) =>
    readdirSync(join(folder, part), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.yml'))
      .sort()
      .map((file) => ({ file: join(part, file), text: readFileSync(join(folder, part, file), 'utf8') })),
  );
}

export const readRules = (texts: readonly { file: string; text: string }[]): RuleSet =>
  linkRules(texts.flatMap(({ file, text }) => parseDocuments(text, file)));
