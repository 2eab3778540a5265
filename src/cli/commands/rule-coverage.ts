import { z } from 'zod';
import { listSources } from '../../api/sources.ts';
import { FirebreakError } from '../../base/errors.ts';
import type { Coverage } from '../../detect/index.ts';
import { command, type World } from '../command.ts';
import { rulePaths } from '../rule-paths.ts';

const shownNever = 20;

export const ruleCoverageCommands = [
  command({
    name: 'rule coverage',
    summary: 'what the rules cover of ATT&CK, and which can never fire because nothing feeds their logsource',
    args: z.object({
      rules: z.array(z.string()).optional().describe('folders and files of rules (those in force)'),
    }),
    options: z.object({
      attackData: z.string().optional().describe('STIX bundle of ATT&CK Enterprise: names, and how many there are'),
    }),
    async run(world, { args, options }) {
      const [{ coverageOf, readAttackNames, readContent }, { allFormats }] = await Promise.all([
        import('../../detect/index.ts'),
        import('../../../connectors/formats.ts'),
      ]);
      const content = await readContent(rulePaths(world, args.rules).rules);
      const inUse = await formatsInUse(world);
      const formats = [...allFormats.values()].filter(({ name }) => !inUse || inUse.has(name));
      const file = options.attackData;
      const techniques = file === undefined ? undefined : readAttackNames(await wholeText(world.path(file)), file);
      return {
        ...coverageOf(content, formats, techniques),
        formats: formats.map(({ name }) => name),
        formats_of: inUse ? ('the sources' as const) : ('the product' as const),
      };
    },
    show: showCoverage,
  }),
];

/** Formats of the server's sources; undefined: all of them, because there is no server here or a source takes any. */
async function formatsInUse(world: World): Promise<ReadonlySet<string> | undefined> {
  try {
    const { items } = await (await world.client()).call(listSources, {});
    const names = new Set(items.filter(({ is_demonstration: isDemo }) => !isDemo).map(({ format }) => format));
    return names.size === 0 || names.has('auto') ? undefined : names;
  } catch (error) {
    if (error instanceof FirebreakError) return undefined;
    world.say('The server does not answer: all formats of the product are taken to be in use.');
    return undefined;
  }
}

async function wholeText(path: string): Promise<string> {
  const { logLines } = await import('../../ingest/index.ts');
  const lines: string[] = [];
  for await (const { text } of logLines(path, 512 * 1024 * 1024)) lines.push(text);
  return lines.join('\n');
}

function showCoverage(coverage: Coverage & { formats: string[]; formats_of: string }): string {
  const { tactics, techniques, never, logsources } = coverage;
  const unfed = logsources.filter(({ fed_by: fedBy }) => fedBy.length === 0);
  return [
    `${coverage.rules} rules make findings; ${coverage.without_attack} of them name nothing of ATT&CK.`,
    `Techniques: ${techniques.length} named by rules.`,
    ...tactics.map(
      ({ tactic, rules, techniques: named, of_techniques: all }) =>
        `  ${tactic.padEnd(22)} ${String(rules).padStart(5)} rules ${String(named).padStart(4)} techniques${all === undefined ? '' : ` of ${all}`}`,
    ),
    ...(coverage.unknown_techniques.length > 0
      ? [`Not in the ATT&CK that was given: ${coverage.unknown_techniques.join(', ')}`]
      : []),
    `Rules that can never fire with the formats of ${coverage.formats_of} (${coverage.formats.join(', ')}): ${never.length}`,
    ...unfed
      .slice(0, shownNever)
      .map(({ logsource, rules }) => `  ${String(rules).padStart(5)} rules for ${nameOf(logsource)}: nothing feeds it`),
    ...never
      .filter(({ logsource }) => logsource === null || never.length <= shownNever)
      .slice(0, shownNever)
      .map(({ title, file }) => `  ${title} (${file})`),
    ...(unfed.length > shownNever ? [`  and ${unfed.length - shownNever} more logsources; --json has all`] : []),
  ].join('\n');
}

function nameOf(logsource: Coverage['logsources'][number]['logsource']): string {
  const { product, category, service } = logsource;
  return [product, category, service].filter((part) => part !== undefined).join('/') || 'anything';
}
