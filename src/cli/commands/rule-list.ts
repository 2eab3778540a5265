import { z } from 'zod';
import { listRules, type LoadError, type WireRule } from '../../api/rules.ts';
import { FirebreakError } from '../../base/errors.ts';
import { command, type Shown, type World } from '../command.ts';
import { rulePaths } from '../rule-paths.ts';

interface NotLoaded {
  /** Documents that are loaded. */
  loaded: number;
  not_loaded: LoadError[];
}

export const ruleListCommands = [
  command({
    name: 'rule list',
    summary: 'loaded rules, how far they may act, and the files that could not be loaded',
    args: z.object({}),
    options: z.object({
      whyNotLoaded: z.boolean().default(false).describe('only what is not loaded, with file, line and what to do'),
      rules: z
        .array(z.string())
        .optional()
        .describe('with --why-not-loaded: read these folders and files here, without a server'),
    }),
    async run(world, { options }): Promise<NotLoaded | { items: WireRule[]; errors: LoadError[] }> {
      if (options.whyNotLoaded) return whyNotLoaded(world, options.rules);
      return (await world.client()).call(listRules, {});
    },
    show: (listed) => ('not_loaded' in listed ? showNotLoaded(listed) : showRules(listed)),
  }),
];

/** Of the server, else of the folders as they lie here. */
async function whyNotLoaded(world: World, given: readonly string[] | undefined): Promise<NotLoaded> {
  if (given === undefined)
    try {
      const { items, errors } = await (await world.client()).call(listRules, {});
      return { loaded: items.length, not_loaded: errors };
    } catch (error) {
      if (!(error instanceof FirebreakError)) throw error;
    }
  const { readContent } = await import('../../detect/index.ts');
  const { listings } = await readContent(rulePaths(world, given).rules);
  return {
    loaded: listings.filter((listing) => listing.is_loaded).length,
    not_loaded: listings.flatMap(({ file, is_loaded: isLoaded, problems }) =>
      isLoaded
        ? []
        : problems.map(({ line, column, ...problem }) => ({
            file,
            line: line ?? null,
            column: column ?? null,
            ...problem,
          })),
    ),
  };
}

const placeOf = ({ file, line, column }: LoadError) => [file, line, column].filter((part) => part !== null).join(':');

function showNotLoaded({ loaded, not_loaded: refused }: NotLoaded): Shown {
  return [
    ...refused.map((error) => `${placeOf(error)}: ${error.message} [${error.code}]\n  → ${error.fix}`),
    `${loaded} documents are loaded, ${refused.length} problems keep others out.`,
  ].join('\n');
}

function showRules({ items, errors: broken }: { items: WireRule[]; errors: LoadError[] }): Shown {
  return broken.length === 0
    ? {
        columns: ['level', 'title', 'acts', 'kind', 'id', 'file'],
        rows: items.map((rule) => [
          rule.level,
          rule.title,
          rule.armings.map(({ action, level }) => `${action}: ${level}`).join(', ') || 'shadow',
          rule.kind,
          rule.id,
          rule.file,
        ]),
        empty: 'No rules are loaded.',
      }
    : [
        ...items.map((rule) => `${rule.level ?? '-'}  ${rule.title}  (${rule.id})`),
        `${broken.length} could not be loaded:`,
        ...broken.map((error) => `  ${placeOf(error)}: ${error.message} → ${error.fix}`),
      ].join('\n');
}
