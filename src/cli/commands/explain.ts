import { z } from 'zod';
import { command } from '../command.ts';
import { ruleSources } from '../rule-sources.ts';

export const explainCommands = [
  command({
    name: 'explain',
    summary: 'which parser reads a line, which rules match it, and why; needs no server',
    args: z.object({ line: z.string().describe('the line, or - for standard input') }),
    options: z.object({ format: z.string().optional().describe('read it with this format') }),
    async run(world, { args, options }) {
      const [{ explainOffline }, { allFormats }] = await Promise.all([
        import('../../detect/index.ts'),
        import('../../../connectors/formats.ts'),
      ]);
      const line = args.line === '-' ? (await world.stdin()).replace(/\r?\n$/, '') : args.line;
      return explainOffline({ ...ruleSources(world), formats: allFormats, now: world.now() }, line, options.format);
    },
    show: (explanation) =>
      [
        `Format: ${explanation.format ?? 'none reads it; it is kept as it is'}${explanation.time === undefined ? '' : `, time ${explanation.time}`}`,
        ...(explanation.fields.length > 0 ? ['Fields:'] : []),
        ...explanation.fields.map(({ name, value }) => `  ${name} = ${value}`),
        ...(explanation.subjects.length > 0 ? ['Subjects:'] : []),
        ...explanation.subjects.map(
          ({ type, value, role, field, field_trust }) => `  ${role} ${type} ${value} (from ${field}, ${field_trust})`,
        ),
        `Rules: ${explanation.matched.length} of ${explanation.rules_tried} that fit (${explanation.rules_loaded} loaded) match.`,
        ...explanation.matched.map(
          ({ level, title, matched, counted_by }) =>
            `  ${level}: ${title} by ${matched.map(({ search, fields }) => `${search} (${fields.join(', ')})`).join(' and ')}` +
            (counted_by.length > 0 ? `; counted by ${counted_by.join(', ')}` : ''),
        ),
        ...(explanation.matched.length === 0 ? explanation.nearest : []).map(
          ({ title, missing }) => `  nearest: ${title}; missing ${missing.join(', ')}`,
        ),
      ].join('\n'),
  }),
];
