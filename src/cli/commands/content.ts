import { z } from 'zod';
import { systemClock } from '../../base/clock.ts';
import type { Packs } from '../../detect/index.ts';
import { command, type World } from '../command.ts';
import { errors } from '../errors.ts';
import { rehearseOnHistory } from '../rehearse-on-history.ts';
import { ruleSources } from '../rule-sources.ts';
import { showAddedPack, showUpdate } from '../show-pack.ts';

const name = z.string().describe('name of the pack');

export const contentCommands = [
  command({
    name: 'content add',
    summary: 'use rules of others: a folder, an archive or a git repository, at a revision that stays',
    args: z.object({
      source: z.string().describe('folder, .tar.gz or .zip file, or https://, ssh:// or file:// of git'),
    }),
    options: z.object({
      name: z.string().optional().describe('how it is called (the last part of the source)'),
      ref: z.string().optional().describe('git: branch, tag or commit (the default branch)'),
      only: z.array(z.string()).default([]).describe('folders of it to take (all)'),
    }),
    async run(world, { args, options }) {
      const packs = await packsOf(world);
      return packs.add(args.source, {
        only: options.only,
        ...(options.name === undefined ? {} : { name: options.name }),
        ...(options.ref === undefined ? {} : { ref: options.ref }),
      });
    },
    show: showAddedPack,
  }),
  command({
    name: 'content list',
    summary: 'content packs with their revision and licence',
    args: z.object({}),
    options: z.object({}),
    run: async (world) => ({ items: await (await packsOf(world)).list() }),
    show: ({ items }) => ({
      columns: ['name', 'rules', 'licence', 'revision', 'added', 'state', 'source'],
      rows: items.map((pack) => [
        pack.name,
        pack.counts.rules + pack.counts.correlations,
        pack.licence ? (pack.licence.spdx ?? 'other') : 'none',
        pack.revision.slice(0, 12),
        pack.added_at,
        pack.is_intact ? 'as added' : 'changed on disk',
        pack.source.kind === 'git' ? pack.source.url : pack.source.path,
      ]),
      empty: 'No content packs. One for a start: firebreak content add https://github.com/SigmaHQ/sigma --only rules',
    }),
    exitCode: ({ items }) => (items.every((pack) => pack.is_intact) ? 0 : 3),
  }),
  command({
    name: 'content update',
    summary: 'what its source holds now: what changed, what it would have found, and then whether to use it',
    args: z.object({ name }),
    options: z.object({
      from: z.string().optional().describe('another folder, archive or address from now on'),
      ref: z.string().optional().describe('git: another branch, tag or commit'),
      days: z.coerce
        .number()
        .int()
        .min(0)
        .max(3_650)
        .default(7)
        .describe('how much history it is tried on (7; 0: none)'),
      apply: z.boolean().default(false).describe('use it without a question'),
    }),
    async run(world, { args, options }) {
      const update = await (
        await packsOf(world)
      ).prepareUpdate(args.name, {
        ...(options.from === undefined ? {} : { from: options.from }),
        ...(options.ref === undefined ? {} : { ref: options.ref }),
      });
      const told = {
        name: args.name,
        from: update.present.revision,
        to: update.next.revision,
        is_same: update.isSame,
        licence: update.next.licence,
        ...update.diff,
        rehearsal: update.isSame || options.days === 0 ? null : await rehearseOnHistory(world, update, options.days),
      };
      if (update.isSame && (!options.apply || told.from === told.to)) return { ...told, is_applied: false };
      if (!options.apply) {
        if (!world.isInteractive) return { ...told, is_applied: false };
        world.say(showUpdate(told));
        const answer = await world.ask('Use this revision? (yes/no) ');
        if (answer.trim().toLowerCase() !== 'yes') throw errors.NOT_CONFIRMED([]);
      }
      await update.apply();
      return { ...told, is_applied: true };
    },
    show: (told) =>
      [
        showUpdate(told),
        told.is_applied
          ? `${told.name} is at ${told.to} now.`
          : told.is_same
            ? 'Nothing to do.'
            : `Nothing was changed. To use it: firebreak content update ${told.name} --apply`,
      ].join('\n'),
  }),
  command({
    name: 'content remove',
    summary: 'take a pack out; its findings and incidents stay',
    args: z.object({ name }),
    options: z.object({}),
    run: async (world, { args }) => ({ removed: (await (await packsOf(world)).remove(args.name)).name }),
    show: ({ removed }) => `${removed} is removed.`,
  }),
];

async function packsOf(world: World): Promise<Packs> {
  const { createPacks } = await import('../../detect/index.ts');
  const { packsDir, overridesDirs, pipelines } = ruleSources(world);
  return createPacks({
    dir: packsDir,
    overridesDirs,
    pipelines,
    clock: systemClock,
    environment: world.environment,
    pathOf: (given) => world.path(given),
    signal: world.signal,
  });
}
