import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linkRules, parseDocuments, type RuleSet } from '../../src/standards/sigma/index.ts';
import { corpusDir } from '../../test/corpus.ts';

export const archive = 'data/sigma/sigma-rules-core.tar.gz';

/** SigmaHQ's rules of the corpus, without those that need values of their own. */
export function sigmahqRules(): RuleSet {
  const folder = mkdtempSync(join(tmpdir(), 'sigmahq-taxonomy-'));
  execFileSync('tar', ['xzf', join(corpusDir, archive), '-C', folder]);
  const documents = ['rules', 'rules-emerging-threats', 'rules-threat-hunting'].flatMap((part) =>
    readdirSync(join(folder, part), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.yml'))
      .flatMap((path) => parseDocuments(readFileSync(join(folder, part, path), 'utf8'), join(part, path))),
  );
  rmSync(folder, { recursive: true, force: true });
  return linkRules(documents);
}
