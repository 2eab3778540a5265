import { z } from 'zod';
import { route } from './route.ts';

export const getBlocklist = route({
  id: 'getBlocklist',
  method: 'GET',
  path: '/v1/blocklists/:name.txt',
  permission: 'blocklist.read',
  summary:
    'Denied addresses, one a line, for a firewall that pulls. ETag; last known good; never an accidental empty list.',
  params: z.object({ name: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/) }),
  reply: z.string(),
  replyType: 'text/plain',
});
