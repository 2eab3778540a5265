import { isPublicEntity, type GroupEntity } from './finding-view.ts';

/** How an incident knows an entity that a finding names too. */
export interface Shared {
  entity: GroupEntity;
  /** Its role in the incident. */
  roleThere: string;
  /** Open incidents that have it. */
  sharedBy: number;
  assetRoles: readonly string[];
}

/** What passes traffic of many people, or looks at everything as its job, ties nothing together. */
const commonRoles = new Set(['proxy', 'vpn', 'scanner', 'jump_host', 'log_collector', 'service', 'domain_controller']);

/** What shared entities must reach for a finding to join. */
export const joinWeight = 0.7;

/**
 * How much a shared entity says that two things belong together, 0 to 1.
 * [T10] Free text and unauthenticated values weigh nothing: a remote party could join any incident by writing a name.
 * [T11] Intermediaries, and assets or accounts with a common role, weigh nothing.
 * [T12] The same actor: public address 1, file hash 1, account or host 0.8, private address 0.7, other 0.7.
 * [T13] An account or host that suffered or was aimed at, and acts now (or the other way round): 0.8; a break-in goes on.
 * [T14] The same victim or target: 0.3; everybody attacks the same web server.
 * [T15] Divided by 1 + log2 of the open incidents that have it already: what is everywhere says little.
 */
export function weightOf(shared: Shared): number {
  const { entity, roleThere } = shared;
  if (!entity.isTrusted || shared.assetRoles.some((role) => commonRoles.has(role))) return 0;
  const kind = kindWeight(entity, roleThere);
  return kind / (1 + Math.log2(Math.max(1, shared.sharedBy)));
}

function kindWeight(entity: GroupEntity, roleThere: string): number {
  if (entity.role === 'actor' && roleThere === 'actor') {
    if (entity.type === 'hash' || isPublicEntity(entity)) return 1;
    return entity.type === 'user' || entity.type === 'host' ? 0.8 : 0.7;
  }
  if (entity.role === 'intermediary' || roleThere === 'intermediary') return 0;
  if (entity.role === 'actor' || roleThere === 'actor')
    return entity.type === 'user' || entity.type === 'host' ? 0.8 : 0;
  return 0.3;
}
