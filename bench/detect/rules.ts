import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linkRules, parseDocuments, type RuleSet } from '../../src/standards/sigma/index.ts';
import { corpusDir } from '../../test/corpus.ts';

/** The texts of SigmaHQ's rules: its four folders of rules that need no placeholder. */
export function sigmaHqTexts(): { file: string; text: string }[] {
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-rules-'));
  try {
    execFileSync('tar', ['xzf', join(corpusDir, 'data/sigma/sigma-rules-core.tar.gz'), '-C', folder]);
    return ['rules', 'rules-emerging-threats', 'rules-threat-hunting', 'rules-compliance'].flatMap((part) =>
      readdirSync(join(folder, part), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.yml'))
        .sort()
        .map((file) => ({ file: join(part, file), text: readFileSync(join(folder, part, file), 'utf8') })),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const readRules = (texts: readonly { file: string; text: string }[]): RuleSet =>
  linkRules(texts.flatMap(({ file, text }) => parseDocuments(text, file)));
