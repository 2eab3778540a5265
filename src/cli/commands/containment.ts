import { z } from 'zod';
import { denyAddress, listContainments, releaseContainment, type WireContainment } from '../../api/containments.ts';
import { command } from '../command.ts';
import { errors } from '../errors.ts';

const hour = 3_600;

function verificationOf({ verification, points }: WireContainment): string {
  const applied = points.filter((point) => point.state === 'applied').length;
  const effect = verification.effective === 'yes' ? `, ${verification.dropped_packets} dropped` : '';
  return `${verification.applied === 'yes' ? 'verified' : verification.applied} (${applied} of ${points.length} points${effect})`;
}

export const containmentCommands = [
  command({
    name: 'containment list',
    summary: 'what is enforced now, who asked for it, why and until when',
    args: z.object({}),
    options: z.object({
      scope: z.enum(['live', 'waiting', 'all']).default('live').describe('live (default), waiting, all'),
      target: z.string().optional().describe('only this address or range'),
      limit: z.coerce.number().int().min(1).max(200).default(50).describe('at most this many (50)'),
      cursor: z.string().optional().describe('next_cursor of the page before'),
    }),
    run: async (world, { options }) =>
      (await world.client()).call(listContainments, { query: options }, { signal: world.signal }),
    show: ({ items }) => ({
      columns: ['target', 'status', 'verified', 'until', 'by', 'reason', 'id'],
      rows: items.map((item) => [
        item.target,
        item.level === 'shadow' ? `${item.status} (shadow)` : item.status,
        verificationOf(item),
        item.expires_at,
        item.requested_by,
        item.reason,
        item.id,
      ]),
      empty: 'Nothing is contained.',
    }),
  }),
  command({
    name: 'containment deny',
    summary: 'deny an address or range for a time, within the guardrails',
    args: z.object({ target: z.string().describe('address, or range ADDRESS/PREFIX') }),
    options: z.object({
      durationS: z.coerce.number().int().min(10).default(hour).describe('seconds until it lifts by itself (3600)'),
      reason: z.string().min(1).default('Asked for at the terminal.').describe('why, for the record'),
      incident: z.string().optional().describe('id of the incident it belongs to'),
    }),
    async run(world, { args, options }) {
      // What can never be contained is refused here too, so that it is refused with no server running.
      const [{ checkTarget }, { readHostProtection }] = await Promise.all([
        import('../../respond/index.ts'),
        import('../../connector/index.ts'),
      ]);
      const check = checkTarget(args.target, readHostProtection());
      if (check.outcome === 'forbidden') throw errors.REFUSED_TARGET([check.reason]);
      const client = await world.client();
      return client.call(
        denyAddress,
        {
          body: {
            target: args.target,
            duration_s: options.durationS,
            reason: options.reason,
            ...(options.incident === undefined ? {} : { incident_id: options.incident }),
          },
        },
        { signal: world.signal },
      );
    },
    show: (item) =>
      item.status === 'awaiting_approval'
        ? `${item.target} awaits approval: ${item.approval_reason ?? 'a guardrail asks for a person'} (${item.id})`
        : `${item.target} is ${item.status} until ${item.expires_at ?? 'it is ordered'} (${item.id})`,
    exitCode: (item) => (item.status === 'awaiting_approval' ? 5 : 0),
  }),
  command({
    name: 'containment release',
    summary: 'let go now',
    args: z.object({ target: z.string().describe('containment--…, or the address: then every live one of it') }),
    options: z.object({
      reason: z.string().min(1).default('Released at the terminal.').describe('why, for the record'),
    }),
    async run(world, { args, options }) {
      const client = await world.client();
      const ids = args.target.startsWith('containment--')
        ? [args.target]
        : (
            await client.call(listContainments, { query: { scope: 'live', target: args.target, limit: 200 } })
          ).items.map(({ id }) => id);
      const released = [];
      for (const id of ids)
        released.push(await client.call(releaseContainment, { params: { id }, body: { reason: options.reason } }));
      return { released };
    },
    show: ({ released }) => ({
      columns: ['target', 'status', 'id'],
      rows: released.map((item) => [item.target, item.status, item.id]),
      empty: 'Nothing live is denied there.',
    }),
  }),
];
