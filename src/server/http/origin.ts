import { isIP } from 'node:net';

/** Names by which the console is known, beside addresses: from http.public_url and the machine's own name. */
export type OwnNames = ReadonlySet<string>;

/**
 * Whether the page that sent a browser's request is our own. Origin must be there and name the host that was asked, and that host must
 * be an address or a name of ours, so that a foreign name that was pointed at us (DNS rebinding) does not count.
 */
export function isOwnOrigin(origin: string | undefined, host: string | undefined, own: OwnNames): boolean {
  if (origin === undefined || host === undefined || !URL.canParse(origin)) return false;
  const page = new URL(origin);
  if (page.origin !== origin || (page.protocol !== 'http:' && page.protocol !== 'https:')) return false;
  const name = page.hostname.replace(/^\[|\]$/g, '');
  if (isIP(name) === 0 && !own.has(name)) return false;
  // Behind a proxy the host header may be the inner one; then only the names of ours are believed.
  return page.host === normalHost(host, page.protocol) || own.has(page.hostname);
}

function normalHost(host: string, protocol: string): string | undefined {
  const url = `${protocol}//${host}`;
  return URL.canParse(url) ? new URL(url).host : undefined;
}
