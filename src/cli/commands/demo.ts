import { z } from 'zod';
import { getDemonstration, removeDemonstration, startDemonstration, type Demonstration } from '../../api/sources.ts';
import { command } from '../command.ts';

const none = { args: z.object({}), options: z.object({}) };
const show = (demonstration: Demonstration) =>
  `The demonstration is ${demonstration.state}${demonstration.enforcement === null ? '' : ` (${demonstration.enforcement})`}. ${demonstration.detail}`;

export const demoCommands = [
  command({
    name: 'demo start',
    summary: 'let an attack of our own making be contained',
    ...none,
    run: async (world) => (await world.client()).call(startDemonstration, {}, { signal: world.signal }),
    show,
  }),
  command({
    name: 'demo show',
    summary: 'how it stands',
    ...none,
    run: async (world) => (await world.client()).call(getDemonstration, {}, { signal: world.signal }),
    show,
  }),
  command({
    name: 'demo remove',
    summary: 'remove it with its source, network and containments',
    ...none,
    run: async (world) => (await world.client()).call(removeDemonstration, {}, { signal: world.signal }),
    show,
  }),
];
