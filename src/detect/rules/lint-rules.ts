import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { lintDocuments } from '../../standards/sigma/index.ts';
import type { Content } from './content.ts';

/** What is wrong or odd about a document, with its place and what to do. */
export interface RuleLint {
  severity: 'error' | 'warning' | 'note';
  file: string;
  line: number;
  column: number;
  code: string;
  message: string;
  fix: string;
}

export interface RuleLintReport {
  documents: number;
  errors: number;
  warnings: number;
  notes: number;
  /** By file and line. */
  findings: RuleLint[];
}

/** Why documents are not loaded, what loading warns of, and what is odd about those that are. */
export async function lintRules({ listings, set }: Content): Promise<RuleLintReport> {
  const findings: RuleLint[] = [];
  for (const { file, problems, is_loaded: isLoaded } of listings)
    for (const { code, message, fix, line, column } of problems)
      findings.push({
        severity: isLoaded ? 'warning' : 'error',
        file,
        line: line ?? 1,
        column: column ?? 1,
        code,
        message,
        fix,
      });
  for (const file of new Set(set.documents.flatMap((document) => (document.read ? [document.file] : []))))
    for (const { severity, error } of lintDocuments(await readFile(resolve(file), 'utf8'), file))
      findings.push({
        severity,
        file,
        line: error.where?.line ?? 1,
        column: error.where?.column ?? 1,
        code: error.code,
        message: error.message,
        fix: error.fix,
      });
  findings.sort((left, right) => left.file.localeCompare(right.file) || left.line - right.line);
  const count = (severity: RuleLint['severity']) => findings.filter((one) => one.severity === severity).length;
  return {
    documents: listings.length,
    errors: count('error'),
    warnings: count('warning'),
    notes: count('note'),
    findings,
  };
}
