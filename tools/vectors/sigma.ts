import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { parseDocuments } from '../../src/standards/sigma/index.ts';
import type { Suite } from './suite.ts';

/** Of the standard's JSON schemas: what a document of the kind must have, at the top and in its own section. */
const Schema = z.object({
  required: z.array(z.string()),
  properties: z.record(z.string(), z.looseObject({ required: z.array(z.string()).optional() })),
});
const schemas = {
  detection: 'sigma-detection-rule-schema.json',
  correlation: 'sigma-correlation-rules-schema.json',
  filter: 'sigma-filters-schema.json',
} as const;
const Snippets = z.array(z.object({ file: z.string(), yaml: z.string() }));

type Json = Record<string, unknown>;
const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Why a document is not loaded; undefined: it is. JSON is YAML. */
function refusal(document: Json): string | undefined {
  const problems = parseDocuments(JSON.stringify(document), 'vector').flatMap((parsed) => parsed.problems);
  return problems.find(({ severity }) => severity === 'error')?.error.message;
}

function documentsOf(text: string): Json[] {
  const all = parseAllDocuments(text);
  return (Array.isArray(all) ? all : []).flatMap((document) => {
    const value: unknown = document.toJS();
    return isRecord(value) ? [value] : [];
  });
}

/** A snippet of the text with what it leaves out for shortness; undefined: it shows something else than a document. */
function completed(snippet: Json): Json | undefined {
  const { detection, correlation, filter } = snippet;
  if (isRecord(correlation)) return 'type' in correlation ? { title: 'snippet', ...snippet } : undefined;
  if (isRecord(filter)) return snippet;
  if (!isRecord(detection)) return undefined;
  const condition = Object.keys(detection)[0];
  return { title: 'snippet', logsource: { product: 'any' }, ...snippet, detection: { condition, ...detection } };
}

/** The example documents of Sigma's specification are loaded, and none of them without what its JSON schema requires. */
export const sigma: Suite = {
  name: 'sigma',
  run(dir) {
    const folder = join(dir, 'sigma');
    const result = { passed: 0, failed: [] as string[], skipped: [] as string[] };
    const judge = (name: string, document: Json, isGood: boolean) => {
      const why = refusal(document);
      if ((why === undefined) === isGood) result.passed += 1;
      else result.failed.push(isGood ? `${name}: ${why}` : `${name}: is loaded`);
    };
    const examples = join(folder, 'spec-tests');
    if (!existsSync(examples)) result.skipped.push(`${examples} is not here`);
    else
      for (const file of readdirSync(examples, { recursive: true, encoding: 'utf8' }).sort()) {
        if (!/\.ya?ml$/.test(file)) continue;
        for (const document of documentsOf(readFileSync(join(examples, file), 'utf8'))) {
          judge(file, document, true);
          for (const [name, less] of withoutRequired(document, join(folder, 'json-schema')))
            judge(`${file} without ${name}`, less, false);
        }
      }
    const snippets = join(folder, 'spec-snippets.json');
    if (!existsSync(snippets)) result.skipped.push(`${snippets} is not here`);
    else
      for (const [index, { file, yaml }] of Snippets.parse(JSON.parse(readFileSync(snippets, 'utf8'))).entries())
        for (const document of documentsOf(yaml)) {
          const whole = completed(document);
          if (whole) judge(`snippet ${index} of ${file}`, whole, true);
        }
    return result;
  },
};

/** The document once without each part that its schema requires. */
function withoutRequired(document: Json, folder: string): [string, Json][] {
  return Object.entries(schemas).flatMap(([section, name]) => {
    const inner = document[section];
    if (!isRecord(inner) || !existsSync(join(folder, name))) return [];
    const schema = Schema.parse(JSON.parse(readFileSync(join(folder, name), 'utf8')));
    const without = (of: Json, key: string) => Object.fromEntries(Object.entries(of).filter(([one]) => one !== key));
    return [
      ...schema.required.map((key): [string, Json] => [key, without(document, key)]),
      ...(schema.properties[section]?.required ?? []).map((key): [string, Json] => [
        `${section}.${key}`,
        { ...document, [section]: without(inner, key) },
      ]),
    ];
  });
}
