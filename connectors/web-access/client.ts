import { addressOf, isTrustedProxy, type ReadContext } from '../../src/connector/index.ts';

/** Who spoke to the server, and who only passed it on. */
export interface Client {
  /** Canonical address of the real client; absent when the way to it is not known for sure. */
  actor?: string;
  /** Canonical address of the proxy that the connection came from. */
  proxy?: string;
}

/**
 * The real client: the peer itself, or behind a trusted proxy the right-most hop that is no trusted proxy.
 * Hops left of it are the client's own words. A hop that is no address ends the search without a client.
 * @param forwardedFor X-Forwarded-For as the server logged it
 */
export function clientOf(peer: string, forwardedFor: string | undefined, context: ReadContext): Client {
  if (!isTrustedProxy(peer, context)) return { actor: peer };
  // Only the last hops matter: a header of any length costs no more than these.
  const hops = (forwardedFor ?? '').slice(-4_096).split(',');
  for (const hop of hops.reverse()) {
    const address = addressOf(hop.trim());
    if (address === undefined) break;
    if (!isTrustedProxy(address, context)) return { actor: address, proxy: peer };
  }
  return { proxy: peer };
}
