import type { FirebreakError } from '../../base/errors.ts';
import type { ParsedDocument, Problem } from '../../standards/sigma/index.ts';

/** A file of which nothing could be taken, as it stands among the documents: with why. */
export function refusedFile(
  file: string,
  error: FirebreakError,
  severity: Problem['severity'] = 'error',
): ParsedDocument {
  return { file, document: -1, kind: 'unreadable', title: file, hash: '', problems: [{ severity, error }] };
}
