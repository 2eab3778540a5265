import { isInRange } from '../base/address.ts';
import type { ReadContext } from './format.ts';

/** Whether the canonical address only passes on what others send (DESIGN §2, Roles): never an actor. */
export function isTrustedProxy(address: string, context: Pick<ReadContext, 'trustedProxies'>): boolean {
  return context.trustedProxies.some((range) => isInRange(address, range));
}
