import { join } from 'node:path';
import { z } from 'zod';
import { command } from '../command.ts';
import { dataDirOf, logOf, withDatabase } from '../with-database.ts';

const file = z.string().describe('file (.tar.zst)');
const none = z.object({});

export const databaseCommands = [
  command({
    name: 'backup',
    summary: 'copy the whole database while it works',
    args: z.object({ file }),
    options: none,
    async run(world, { args }) {
      const { backup } = await import('../../db/index.ts');
      const target = world.path(args.file);
      const manifest = await withDatabase(world, (url) => backup(url, target, { log: logOf(world) }));
      world.say('Keep the folder "keys" of the state folder with it: it signs the ledger.');
      return { file: target, ...manifest };
    },
    show: (done) => `The backup is in ${done.file}. Rehearse it: firebreak restore ${done.file} --verify`,
  }),
  command({
    name: 'restore',
    summary: 'put a backup in place of an empty state folder, or try it with --verify',
    args: z.object({ file }),
    options: z.object({
      verify: z
        .boolean()
        .default(false)
        .describe('start a copy beside it, check it from inside, remove it; nothing is changed'),
    }),
    async run(world, { args, options }) {
      const { restoreBackup } = await import('../../db/index.ts');
      return restoreBackup(world.path(args.file), dataDirOf(world), { log: logOf(world), verify: options.verify });
    },
    show: (report) =>
      report.check
        ? [
            `The backup of ${report.taken_at} (PostgreSQL ${report.postgres_major}) starts.`,
            `${report.check.tables.length} tables with ${report.check.tables.reduce((sum, { rows }) => sum + rows, 0)} rows could be read.`,
            ...report.check.problems,
          ].join('\n')
        : `The backup of ${report.taken_at} is in place (${report.files} files).`,
    exitCode: (report) => ((report.check?.problems.length ?? 0) > 0 ? 3 : 0),
  }),
  command({
    name: 'export',
    summary: 'write our tables for another PostgreSQL or major version',
    args: z.object({ file }),
    options: none,
    async run(world, { args }) {
      const { exportDatabase } = await import('../../db/index.ts');
      const target = world.path(args.file);
      const manifest = await withDatabase(world, (url) => exportDatabase(url, target, { log: logOf(world) }));
      return { file: target, ...manifest };
    },
    show: (done) => `The export is in ${done.file}.`,
  }),
  command({
    name: 'import',
    summary: 'read an export into an empty database',
    args: z.object({ file }),
    options: none,
    async run(world, { args }) {
      const { importDatabase } = await import('../../db/index.ts');
      const source = world.path(args.file);
      const manifest = await withDatabase(world, (url) =>
        importDatabase(source, url, { dir: join(world.root, 'migrations'), log: logOf(world) }),
      );
      return { file: source, ...manifest };
    },
    show: (done) => `${done.file} is imported.`,
  }),
];
