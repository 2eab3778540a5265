import { createHash } from 'node:crypto';
import { FirebreakError } from '../../../base/errors.ts';
import type { LocatedDocument } from '../yaml/located-document.ts';
import { readYaml } from '../yaml/read-yaml.ts';
import { errors } from './errors.ts';
import { nodeOf, only, type Node } from './node.ts';
import type { Pipeline, Step } from './pipeline.ts';
import { readFieldConditions, readItemConditions, readRuleConditions } from './read-conditions.ts';
import { readTransformation } from './read-transformations.ts';

/** A pipeline as found: read, or not and why. */
export interface ParsedPipeline {
  file: string;
  read?: Pipeline;
  errors: FirebreakError[];
}

const keys = ['name', 'priority', 'vars', 'allowed_backends', 'transformations', 'postprocessing', 'finalizers'];

/** Reads a file with one pySigma processing pipeline. Never throws for its content; every fault has its place. */
export function parsePipeline(text: string, file: string): ParsedPipeline {
  const yaml = readYaml(text, file);
  const [doc] = yaml.documents;
  if (yaml.errors.length > 0 || !doc) {
    const none = errors.NOT_A_PIPELINE([], { where: { file, line: 1, column: 1 } });
    return { file, errors: yaml.errors.length > 0 ? yaml.errors : [none] };
  }
  try {
    return { file, read: readDocument(doc, file, text), errors: [] };
  } catch (error) {
    if (!(error instanceof FirebreakError)) throw error;
    return { file, errors: [error] };
  }
}

function readDocument(doc: LocatedDocument, file: string, text: string): Pipeline {
  const root = nodeOf(doc, doc.values, []);
  const transformations = root.at('transformations');
  if (!transformations) throw errors.NOT_A_PIPELINE([], { where: root.where });
  only(root, 'a pipeline', keys);
  for (const key of ['postprocessing', 'finalizers']) {
    const node = root.at(key);
    if (node && node.list().length > 0) throw errors.NOT_FOR_EVENTS([key], { where: node.where });
  }
  const priority = root.at('priority')?.value ?? 0;
  if (typeof priority !== 'number') throw errors.BAD_VALUE(['priority', 'a number'], { where: root.where });
  const found = transformations.list().map((node) => ({ node, step: readStep(node) }));
  return {
    name: root.at('name')?.text() ?? file,
    file,
    priority,
    hash: createHash('sha256').update(text).digest('hex'),
    placeholders: placeholdersOf(root.at('vars'), found),
    steps: found.map(({ step }) => step),
  };
}

function readStep(node: Node): Step {
  const id = node.at('id')?.text();
  return {
    ...(id === undefined ? {} : { id }),
    where: node.where,
    transformation: readTransformation(node),
    rule: readRuleConditions(node),
    item: readItemConditions(node),
    field: readFieldConditions(node),
  };
}

/** The vars that some `value_placeholders` lets in; it stands for all rules, since placeholders are filled when a rule is read. */
function placeholdersOf(
  vars: Node | undefined,
  steps: readonly { node: Node; step: Step }[],
): Pipeline['placeholders'] {
  const filling = steps.filter(({ step }) => step.transformation.kind === 'placeholders');
  for (const { node, step } of filling)
    if ([step.rule, step.item, step.field].some(({ conditions }) => conditions.length > 0))
      throw errors.BAD_VALUE(['value_placeholders', 'without conditions'], { where: node.where });
  const isIn = (name: string): boolean =>
    filling.some(({ node }) => {
      const [include, exclude] = [node.at('include')?.texts(), node.at('exclude')?.texts()];
      return (include?.includes(name) ?? true) && !(exclude?.includes(name) ?? false);
    });
  const entries = (vars?.entries() ?? []).map(([name, node]): [string, string[]] => [name, node.texts()]);
  return Object.fromEntries(entries.filter(([name]) => isIn(name)));
}
