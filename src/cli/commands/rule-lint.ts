import { z } from 'zod';
import { command } from '../command.ts';
import { rulePaths } from '../rule-paths.ts';

export const ruleLintCommands = [
  command({
    name: 'rule lint',
    summary:
      'what is wrong or odd about rules: conditions that are never true, values that do nothing, dear expressions',
    args: z.object({
      paths: z.array(z.string()).optional().describe('folders and files of rules (those in force)'),
    }),
    options: z.object({ notes: z.boolean().default(false).describe('also what a rule could say or do better') }),
    async run(world, { args, options }) {
      const { lintRules, readContent } = await import('../../detect/index.ts');
      const report = await lintRules(await readContent(rulePaths(world, args.paths).rules));
      const isTold = ({ severity }: { severity: string }) => options.notes || severity !== 'note';
      return { ...report, findings: report.findings.filter(isTold) };
    },
    show: ({ documents, errors, warnings, notes, findings }) =>
      [
        ...findings.map(
          ({ severity, file, line, column, message, code, fix }) =>
            `${file}:${line}:${column}: ${severity}: ${message} [${code}]\n  → ${fix}`,
        ),
        `${documents} documents: ${errors} errors, ${warnings} warnings, ${notes} notes.`,
      ].join('\n'),
    exitCode: ({ errors, warnings }) => (errors + warnings > 0 ? 3 : 0),
  }),
];
