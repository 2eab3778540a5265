import { z } from 'zod';

/** What somebody may do. Every route names exactly one; a token's scopes are a list of them. */
export const Permission = z.enum([
  'session.own',
  'incident.read',
  'incident.write',
  'finding.read',
  'containment.read',
  'containment.deny',
  'containment.release',
  'containment.approve',
  'execution.read',
  'source.read',
  'source.manage',
  'rule.read',
  'rule.arm',
  'event.write',
  'blocklist.read',
  'ledger.read',
  'stop.read',
  'stop.set',
  'token.manage',
  'user.manage',
  'system.read',
]);
export type Permission = z.infer<typeof Permission>;

/** Who somebody is for Firebreak. `ingest` is for machines that only send events. */
export const RoleName = z.enum(['admin', 'responder', 'analyst', 'viewer', 'ingest']);
export type RoleName = z.infer<typeof RoleName>;
