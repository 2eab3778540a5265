import { z } from 'zod';
import { armRule, getShadowRecord } from '../../api/rules.ts';
import { LadderLevel } from '../../schema/containment.ts';
import { command } from '../command.ts';
import { errors } from '../errors.ts';

export const ruleCommands = [
  command({
    name: 'rule test',
    summary: 'run the fixtures beside the rules; needs no server',
    args: z.object({ paths: z.array(z.string()).optional().describe('folders of rules (those of the config)') }),
    options: z.object({
      requireFixtures: z.boolean().default(false).describe('a rule without a fixture counts as a failure'),
    }),
    async run(world, { args, options }) {
      const [{ testRules }, { allFormats }] = await Promise.all([
        import('../../detect/index.ts'),
        import('../../../connectors/formats.ts'),
      ]);
      const given = args.paths ?? [];
      const dirs =
        given.length > 0
          ? given.map((dir) => world.path(dir))
          : world.config().config.content.rules.map((dir) => world.content(dir));
      return { ...(await testRules(dirs, allFormats)), require_fixtures: options.requireFixtures };
    },
    show: (report) =>
      [
        ...report.cases
          .filter(({ passed }) => !passed)
          .map(({ file, name, failures }) => `FAILED ${file}: ${name}: ${failures.join(' ')}`),
        ...report.problems,
        ...report.without_fixture.map((rule) => `no fixture: ${rule}`),
        `${report.passed} passed, ${report.failed} failed, ${report.problems.length} do not load.`,
      ].join('\n'),
    exitCode: ({ failed, problems, without_fixture: bare, require_fixtures: isStrict }) =>
      failed > 0 || problems.length > 0 || (isStrict && bare.length > 0) ? 3 : 0,
  }),
  command({
    name: 'arm',
    summary: 'let an action of a rule go further, after its shadow record was seen',
    args: z.object({
      rule: z.string().describe('id of the rule'),
      action: z.string().default('deny-address').describe('deny-address'),
    }),
    options: z.object({
      level: LadderLevel.default('auto').describe('shadow, suggest, approve or auto (default)'),
      yes: z.boolean().default(false).describe('the record and the protected set were read'),
    }),
    async run(world, { args, options }) {
      const client = await world.client();
      const params = { id: args.rule, action: args.action };
      const record = await client.call(getShadowRecord, { params });
      if (options.level !== 'shadow') {
        world.say(`Shadow record of ${args.rule} ${args.action}: it would have acted ${record.count} times.`);
        for (const { at, target, would_have } of record.latest.slice(0, 10))
          world.say(`  ${at}  ${target}  ${would_have}`);
        world.say(`Never contained (${record.protected_set.length} ranges):`);
        for (const { range, reason, source } of record.protected_set) world.say(`  ${range}  ${reason} (${source})`);
        const answer = options.yes
          ? 'yes'
          : world.isInteractive
            ? await world.ask(`Arm it to "${options.level}"? (yes/no) `)
            : 'no';
        if (answer.trim().toLowerCase() !== 'yes') throw errors.NOT_CONFIRMED([]);
      }
      return client.call(armRule, {
        params,
        body: { level: options.level, shadow_seen: record.count, protected_confirmed: options.level !== 'shadow' },
      });
    },
    show: ({ action, level }) => `${action} is at "${level}" now.`,
  }),
];
