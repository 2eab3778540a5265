import { sourceKeyOf } from '../base/address.ts';
import { timeOf, type SourcedEvent } from './match-events.ts';

/** An account that logged on from an address. */
export interface Logon {
  tenantId: string;
  siteId: string;
  /** Canonical; an IPv6 source as its /64. */
  address: string;
  /** In lower case. */
  user: string;
  /** Epoch ms. */
  time: number;
}

/**
 * The successful logon that an event tells of. A sender whom nobody knows could protect any address by inventing one, and the
 * demonstration must not protect its own attacker from the next one.
 */
export function logonOf(event: SourcedEvent): Logon | undefined {
  const { source, read } = event;
  if (!read.logon || source.channel_trust !== 'authenticated' || source.is_demonstration) return undefined;
  return {
    tenantId: source.tenant_id,
    siteId: source.site_id,
    address: sourceKeyOf(read.logon.address),
    user: read.logon.user.slice(0, 256).toLowerCase(),
    time: timeOf(event),
  };
}
