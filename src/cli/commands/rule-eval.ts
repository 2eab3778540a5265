import { z } from 'zod';
import { command } from '../command.ts';
import { errors } from '../errors.ts';
import { printJsonLine } from '../print.ts';
import { rulePaths, standardInput } from '../rule-paths.ts';

export const ruleEvalCommands = [
  command({
    name: 'rule eval',
    summary: 'run rules over events: one JSON line for each hit, with the fields that matched; needs no server',
    args: z.object({
      events: z.array(z.string()).optional().describe('files of events, plain, .gz or .zst; - for standard input'),
    }),
    options: z.object({
      rules: z.array(z.string()).optional().describe('folders and .yml files of rules (those in force)'),
      format: z.string().default('auto').describe('how the events are read (each line as the format that knows it)'),
    }),
    prints: 'lines',
    async run(world, { args, options }) {
      const [{ createLineEvaluation, readContent }, { logLines }, { allFormats }] = await Promise.all([
        import('../../detect/index.ts'),
        import('../../ingest/index.ts'),
        import('../../../connectors/formats.ts'),
      ]);
      const { rules, events } = rulePaths(world, [...(options.rules ?? []), ...(args.events ?? [])]);
      if (events.length === 0) throw errors.USAGE(['Name files of events, or - for standard input.']);
      if (options.format !== 'auto' && !allFormats.has(options.format))
        throw errors.USAGE([
          `There is no format "${options.format}"; there are: auto, ${[...allFormats.keys()].join(', ')}.`,
        ]);
      const content = await readContent(rules);
      const refused = content.listings.filter((listing) => !listing.is_loaded).length;
      if (content.set.rules.length === 0) throw errors.NO_RULES([rules.rulesDirs.join(', ')]);
      const evaluation = createLineEvaluation({
        content,
        formats: allFormats,
        format: options.format,
        now: world.now(),
      });
      for (const path of events) {
        const lines = logLines(path === standardInput ? world.input() : path);
        for await (const hit of evaluation.evaluate(world.shown(path), lines)) await world.print(printJsonLine(hit));
      }
      for (const hit of evaluation.finish()) await world.print(printJsonLine(hit));
      const { counted, leftOut } = evaluation;
      world.say(
        `${content.set.rules.length} rules on ${counted.events} events (${counted.unread} not read): ${counted.hits} hits.` +
          (refused > 0 ? ` ${refused} documents are not loaded; "rule list --why-not-loaded" tells why.` : ''),
      );
      if (leftOut.length > 0)
        world.say(`Left out, because only the running product knows what was seen before: ${leftOut.join(', ')}.`);
      return counted;
    },
  }),
];
