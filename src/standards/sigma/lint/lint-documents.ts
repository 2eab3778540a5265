import type { FirebreakError } from '../../../base/errors.ts';
import { parseDocument, unfoldCollection } from '../parse-documents.ts';
import { isRecord, type LocatedDocument } from '../yaml/located-document.ts';
import { readYaml } from '../yaml/read-yaml.ts';
import type { Detection } from '../rule.ts';
import { checkHeader } from './check-header.ts';
import { checkLogic } from './check-logic.ts';
import { checkValues } from './check-values.ts';
import { findings, severityOf, type LintSeverity } from './findings.ts';
import { locatedItems } from './located-items.ts';

export interface LintFinding {
  severity: LintSeverity;
  error: FirebreakError;
}

/** What is odd about the documents of a file that load; why others do not is told by `parseDocuments`. In the order of the lines. */
export function lintDocuments(text: string, file: string): LintFinding[] {
  const { documents } = readYaml(text, file);
  return unfoldCollection(documents)
    .flatMap((doc) => lintDocument(doc, file))
    .sort((left, right) => (left.where?.line ?? 0) - (right.where?.line ?? 0))
    .map((error) => ({ severity: severityOf(error), error }));
}

function lintDocument(doc: LocatedDocument, file: string): FirebreakError[] {
  const { read } = parseDocument(doc, file, {});
  if (!read) return [];
  const found = checkHeader(doc, read.kind);
  if (read.kind === 'correlation') return found;
  return [...found, ...lintDetection(doc, read.detection, read.kind === 'rule' ? 'detection' : 'filter')];
}

function lintDetection(doc: LocatedDocument, detection: Detection, section: string): FirebreakError[] {
  const raw = doc.values[section];
  if (!isRecord(raw)) return [];
  const obsolete = Object.hasOwn(raw, 'timeframe')
    ? [findings.OBSOLETE_TIMEFRAME([], { where: doc.where([section, 'timeframe']) })]
    : [];
  return [
    ...obsolete,
    ...checkLogic(doc, detection, section),
    ...locatedItems(detection, raw, [section]).flatMap((item) => checkValues(doc, item)),
  ];
}
