import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, fetch as undiciFetch } from 'undici';
import { z } from 'zod';
import { createClient, type Client } from '../api/client.ts';
import { messageOf } from '../base/errors.ts';
import { errors } from './errors.ts';

/** What the server leaves for its owner's terminal: `cli-token` in the state folder, readable by that user only. */
const Credential = z.object({ url: z.url(), token: z.string(), ca: z.string().optional() });

/** A client of the server: by FIREBREAK_URL and FIREBREAK_TOKEN, else by what the server of this state folder left. */
export function connect(input: { url: string | undefined; token: string | undefined; stateDir: () => string }): Client {
  const credential =
    input.url !== undefined && input.token !== undefined
      ? { url: input.url.replace(/\/$/, ''), token: input.token }
      : readCredential(input.stateDir(), input.token);
  const { url, token } = credential;
  // Our own server's certificate is pinned: it needs no authority and no matching name.
  const pinned =
    'ca' in credential && credential.ca !== undefined
      ? new Agent({ connect: { ca: credential.ca, checkServerIdentity: () => undefined } })
      : undefined;
  return createClient({
    baseUrl: url,
    headers: { authorization: `Bearer ${token}` },
    fetch: async (target, init) => {
      const { body, method, headers, signal } = init;
      const answer = await undiciFetch(target, {
        ...(method === undefined ? {} : { method }),
        ...(headers === undefined ? {} : { headers: headers as Record<string, string> }),
        ...(typeof body === 'string' || body instanceof Uint8Array ? { body } : {}),
        redirect: 'error',
        signal: AbortSignal.any([AbortSignal.timeout(60_000), ...(signal ? [signal] : [])]),
        ...(pinned ? { dispatcher: pinned } : {}),
      });
      return new Response(answer.status === 204 || answer.status === 304 ? null : await answer.text(), {
        status: answer.status,
        statusText: answer.statusText,
      });
    },
  });
}

function readCredential(stateDir: string, token: string | undefined): z.output<typeof Credential> {
  const file = join(stateDir, 'cli-token');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (!isThere(file)) throw errors.NO_CREDENTIAL([file]);
    throw errors.CREDENTIAL_UNREADABLE([file, messageOf(error)]);
  }
  const parsed = Credential.safeParse(jsonOf(text));
  if (!parsed.success) throw errors.CREDENTIAL_UNREADABLE([file, 'it is torn; restart the server']);
  return token === undefined ? parsed.data : { ...parsed.data, token };
}

function isThere(file: string): boolean {
  try {
    statSync(file);
    return true;
  } catch {
    return false;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
