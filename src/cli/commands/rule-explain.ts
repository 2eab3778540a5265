import { existsSync } from 'node:fs';
import { z } from 'zod';
import { command, type World } from '../command.ts';
import { errors } from '../errors.ts';
import { rulePaths, standardInput } from '../rule-paths.ts';
import { showExplanation } from '../show-explanation.ts';

export const ruleExplainCommands = [
  command({
    name: 'rule explain',
    summary: 'a rule over an event as a tree: which leaves are true, which false, over which values; needs no server',
    args: z.object({
      rule: z.string().describe('a .yml file, or the id, name or title of a rule'),
      event: z
        .string()
        .describe('the event itself, FILE or FILE:LINE (of a log, also packed), or - for standard input'),
    }),
    options: z.object({
      rules: z.array(z.string()).optional().describe('folders and files in which the rule is (those in force)'),
      format: z.string().default('auto').describe('how the event is read'),
    }),
    async run(world, { args, options }) {
      const [{ explainEvent, readContent }, { allFormats }] = await Promise.all([
        import('../../detect/index.ts'),
        import('../../../connectors/formats.ts'),
      ]);
      const isFile = /\.ya?ml$/i.test(args.rule) && existsSync(world.path(args.rule));
      const content = await readContent(rulePaths(world, isFile ? [args.rule] : options.rules).rules);
      const explained = explainEvent(await eventOf(world, args.event), {
        content,
        formats: allFormats,
        format: options.format,
        now: world.now(),
        wanted: isFile ? undefined : args.rule,
      });
      if (!('problem' in explained)) return explained;
      if (explained.problem === 'not_read') throw errors.NOT_READ([options.format]);
      const broken = content.listings.find((listing) => !listing.is_loaded);
      const [problem] = broken?.problems ?? [];
      throw isFile && broken && problem
        ? errors.RULE_NOT_LOADED([problem.message, problem.fix], {
            where: { file: broken.file, line: problem.line ?? 1, column: problem.column ?? 1 },
          })
        : errors.NO_SUCH_RULE([args.rule]);
    },
    show: showExplanation,
  }),
];

/** The text of the event that is meant; a path with a line number takes that line, else the first. */
async function eventOf(world: World, given: string): Promise<string> {
  if (given === standardInput) return (await world.stdin()).replace(/\r?\n$/, '');
  const place = /^(.*?)(?::(\d{1,12}))?$/s.exec(given);
  const path = existsSync(world.path(given)) ? world.path(given) : world.path(place?.[1] ?? given);
  if (given.includes('\n') || given.trimStart().startsWith('{') || !existsSync(path)) return given;
  const wanted = path === world.path(given) ? undefined : Number(place?.[2]);
  const { logLines } = await import('../../ingest/index.ts');
  for await (const { number, text } of logLines(path)) if (wanted === undefined || number === wanted) return text;
  throw errors.UNREADABLE([given, 'it has no such line.']);
}
