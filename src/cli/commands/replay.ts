import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { command } from '../command.ts';
import { ruleSources } from '../rule-sources.ts';

export const replayCommands = [
  command({
    name: 'replay',
    summary:
      'what would have happened: a log through detection, triage and response, with nothing enforced; needs no server',
    args: z.object({ file: z.string().describe('a log, plain, .gz or .zst') }),
    options: z.object({ format: z.string().default('auto').describe('how its lines are read') }),
    async run(world, { args, options }) {
      const [{ rehearse }, { migrate, openDatabase, startEmbedded }, { allFormats }] = await Promise.all([
        import('../rehearse.ts'),
        import('../../db/index.ts'),
        import('../../../connectors/formats.ts'),
      ]);
      const { content } = world.config().config;
      const folders = (dirs: readonly string[]) => dirs.map((dir) => world.path(dir));
      const scratch = await mkdtemp(join(tmpdir(), 'firebreak-replay-'));
      world.say('Rehearsing on a database that is thrown away; nothing is enforced.');
      const server = await startEmbedded({
        dataDir: join(scratch, 'postgres'),
        log: silentLog,
        settings: { fsync: 'off', synchronous_commit: 'off' },
      });
      try {
        await migrate(server.url, { dir: join(world.root, 'migrations'), log: silentLog });
        const db = openDatabase({ url: server.url, log: silentLog });
        try {
          return await rehearse({
            db,
            clock: systemClock,
            log: silentLog,
            formats: allFormats,
            files: [{ path: world.path(args.file), format: options.format }],
            ...ruleSources(world),
            playbookDirs: folders(content.playbooks),
            policyDirs: folders(content.policies),
            stopFile: join(scratch, 'STOP'),
          });
        } finally {
          await db.close();
        }
      } finally {
        await server.stop();
        await rm(scratch, { recursive: true, force: true });
      }
    },
    show: ({ events, findings, incidents, containments }) =>
      [
        `${events} events, ${findings.length} findings, ${incidents.length} incidents.`,
        ...incidents.map(
          (incident) =>
            `  ${incident.severity.padEnd(8)} risk ${String(incident.risk).padStart(3)}  ${incident.title}: ${incident.events} events in ${incident.findings} findings`,
        ),
        containments.length === 0 ? 'Nothing would have been contained.' : 'Containments:',
        ...containments.map(
          ({ target, outcome, because }) => `  ${target.padEnd(18)} ${outcome}${because === '' ? '' : `: ${because}`}`,
        ),
      ].join('\n'),
  }),
];
