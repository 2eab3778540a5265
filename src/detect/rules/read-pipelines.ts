import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { messageOf, type FirebreakError } from '../../base/errors.ts';
import { parsePipeline, type ParsedDocument, type Pipeline } from '../../standards/sigma/index.ts';
import { errors } from '../errors.ts';
import { ruleFiles } from './read-rules.ts';
import { refusedFile } from './refused-file.ts';

export interface ReadPipelines {
  pipelines: Pipeline[];
  /** One for each that cannot be read, so that it stands among the rules that are not loaded. */
  broken: ParsedDocument[];
}

/**
 * Reads the owner's processing pipelines: files, or every `.yml` of folders. A pipeline that cannot be read changes
 * nothing, and the rules are loaded without it.
 */
export async function readPipelines(paths: readonly string[]): Promise<ReadPipelines> {
  const found: ReadPipelines = { pipelines: [], broken: [] };
  const refuse = (file: string, error: FirebreakError): void => {
    found.broken.push(refusedFile(file, error));
  };
  for (const path of paths) {
    let files: string[];
    try {
      files = await ruleFiles(path);
    } catch (cause) {
      refuse(path, errors.NO_SUCH_PIPELINE([path], { where: { file: path }, cause }));
      continue;
    }
    for (const file of files) {
      const name = relative('.', file) || file;
      try {
        const parsed = parsePipeline(await readFile(file, 'utf8'), name);
        for (const error of parsed.errors) refuse(name, error);
        if (parsed.read) found.pipelines.push(parsed.read);
      } catch (cause) {
        refuse(name, errors.UNREADABLE_FILE([messageOf(cause)], { where: { file: name }, cause }));
      }
    }
  }
  return found;
}
