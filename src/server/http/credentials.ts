import type { IncomingHttpHeaders } from 'node:http';

export const sessionCookie = 'firebreak_session';

/**
 * Credentials of a request. A token comes as Bearer, as Elastic's ApiKey (`id:token` in base64), or as the password of Basic, which
 * is all that many firewalls can send; a person's password is never taken that way.
 */
export function credentialsOf(
  headers: IncomingHttpHeaders,
  cookies: Readonly<Record<string, string | undefined>>,
): { bearer?: string; sessionToken?: string } {
  const header = headers.authorization;
  if (header !== undefined) {
    const [scheme = '', value = ''] = header.split(' ', 2);
    if (scheme.toLowerCase() === 'bearer') return { bearer: value };
    const pair = Buffer.from(value, 'base64').toString('utf8');
    return { bearer: pair.slice(pair.indexOf(':') + 1) };
  }
  const sessionToken = cookies[sessionCookie];
  return sessionToken === undefined ? {} : { sessionToken };
}
