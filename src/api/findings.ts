import { z } from 'zod';
import { Finding } from '../schema/finding.ts';
import { route } from './route.ts';
import { Id, Iso, page, pageQuery } from './wire.ts';

export const WireFinding = Finding.extend({
  first_seen_at: Iso,
  last_seen_at: Iso,
  created_at: Iso,
  updated_at: Iso,
});
export type WireFinding = z.infer<typeof WireFinding>;

export const listFindings = route({
  id: 'listFindings',
  method: 'GET',
  path: '/v1/findings',
  permission: 'finding.read',
  summary: 'Findings, newest first. Those of an incident stand in the incident.',
  query: z.object({
    ...pageQuery,
    rule_id: z.string().max(200).optional(),
    min_severity_id: z.coerce.number().int().min(0).max(6).optional(),
  }),
  reply: page(WireFinding),
});

export const getFinding = route({
  id: 'getFinding',
  method: 'GET',
  path: '/v1/findings/:id',
  permission: 'finding.read',
  summary: 'A finding with its evidence.',
  params: z.object({ id: Id }),
  reply: WireFinding,
});
