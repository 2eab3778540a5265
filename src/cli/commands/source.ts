import { z } from 'zod';
import { addSource, listSources, removeSource } from '../../api/sources.ts';
import { command } from '../command.ts';

export const sourceCommands = [
  command({
    name: 'source list',
    summary: 'where events come from, with state and loss',
    args: z.object({}),
    options: z.object({}),
    run: async (world) => (await world.client()).call(listSources, {}, { signal: world.signal }),
    show: ({ items }) => ({
      columns: ['name', 'kind', 'address', 'format', 'state', 'events', 'lost', 'last event', 'id'],
      rows: items.map((source) => [
        source.name,
        source.kind,
        source.address,
        source.format,
        source.detail === '' ? source.state : `${source.state}: ${source.detail}`,
        source.event_count,
        source.lost_count,
        source.last_event_at,
        source.id,
      ]),
      empty: 'No sources. The shortest way to the first: firebreak source add file /var/log/auth.log',
    }),
  }),
  command({
    name: 'source add',
    summary: 'watch a file, listen for syslog, or make a place to post to',
    args: z.object({
      kind: z
        .enum(['file', 'syslog-udp', 'syslog-tcp', 'syslog-tls', 'http'])
        .describe('file, syslog-udp, syslog-tcp, syslog-tls or http'),
      address: z.string().optional().describe('path of the file, or HOST:PORT to listen on'),
    }),
    options: z.object({
      name: z.string().optional().describe('how it is called (the address)'),
      format: z.string().default('auto').describe('format of its lines (auto)'),
      proxy: z.array(z.string()).default([]).describe('ranges of proxies before it'),
      timeZone: z.string().default('').describe('IANA zone for times without one (UTC)'),
      fromStart: z.boolean().default(false).describe('file: read what is there already'),
      cert: z.string().optional().describe('syslog-tls: file with the certificate'),
      key: z.string().optional().describe('syslog-tls: file with the key'),
      clientCa: z.string().optional().describe('syslog-tls: authorities whose clients count as known'),
    }),
    async run(world, { args, options }) {
      const address = args.kind === 'file' ? world.path(args.address ?? '') : (args.address ?? '');
      const client = await world.client();
      return client.call(addSource, {
        body: {
          kind: args.kind,
          name: options.name ?? (address === '' ? args.kind : address.slice(-100)),
          address,
          format: options.format,
          trusted_proxies: options.proxy,
          time_zone: options.timeZone,
          from_start: options.fromStart,
          ...(options.cert === undefined ? {} : { cert_path: world.path(options.cert) }),
          ...(options.key === undefined ? {} : { key_path: world.path(options.key) }),
          ...(options.clientCa === undefined ? {} : { client_ca_path: world.path(options.clientCa) }),
        },
      });
    },
    show: (source) =>
      `${source.name} (${source.kind}) is ${source.state}${source.detail === '' ? '' : `: ${source.detail}`}. ${source.guarantee} (${source.id})`,
  }),
  command({
    name: 'source remove',
    summary: 'stop reading a source; its events and findings stay',
    args: z.object({ id: z.string().describe('source--…, or its name') }),
    options: z.object({}),
    async run(world, { args }) {
      const client = await world.client();
      const { items } = await client.call(listSources, {});
      const id = items.find((source) => source.name === args.id)?.id ?? args.id;
      await client.call(removeSource, { params: { id } });
      return { removed: id };
    },
    show: ({ removed }) => `${removed} is removed.`,
  }),
];
