import { Permission, type RoleName } from '../schema/permission.ts';

const read: readonly Permission[] = [
  'session.own',
  'incident.read',
  'finding.read',
  'containment.read',
  'execution.read',
  'source.read',
  'rule.read',
  'ledger.read',
  'stop.read',
  'system.read',
];
const analyse: readonly Permission[] = [...read, 'incident.write'];
// Stopping is every responder's right, and so is letting go: what is hard to get is the right to start.
const respond: readonly Permission[] = [
  ...analyse,
  'containment.deny',
  'containment.release',
  'containment.approve',
  'stop.set',
];

/** What each role may do. A role is a list of permissions and nothing else. */
export const permissionsOf: Record<RoleName, ReadonlySet<Permission>> = {
  viewer: new Set(read),
  analyst: new Set(analyse),
  responder: new Set(respond),
  admin: new Set(Permission.options),
  ingest: new Set(['session.own', 'event.write']),
};
