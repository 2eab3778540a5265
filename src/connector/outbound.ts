import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { canonicalAddress } from '../base/address.ts';
import { defineErrors, messageOf } from '../base/errors.ts';

const errors = defineErrors('OUTBOUND', {
  BAD_URL: {
    kind: 'user',
    message: (url: string) => `"${url.slice(0, 200)}" is no http or https URL without a password in it.`,
    fix: 'Write it as https://host/path; secrets belong into the secret file.',
  },
  FORBIDDEN_ADDRESS: {
    kind: 'refused',
    message: (host: string, address: string) =>
      `${host} is ${address}, which is no address on the public internet; nothing is sent there.`,
    fix: 'If this receiver is meant, set allow_private for it.',
  },
  NOT_RESOLVED: {
    kind: 'outside',
    message: (host: string, detail: string) => `${host} could not be resolved: ${detail}`,
    fix: 'Check the name and the DNS of this machine.',
  },
  TOO_LARGE: {
    kind: 'outside',
    message: (limit: number) => `The answer is larger than ${limit} bytes.`,
    fix: 'The other side answers more than this connector reads.',
  },
});

export interface OutboundRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH';
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
  /** For the whole exchange, name resolution included. */
  timeoutMs: number;
  maxAnswerBytes: number;
  /** Allows loopback, link-local and private addresses: for receivers that the owner of this machine named himself. */
  allowPrivate: boolean;
  signal?: AbortSignal;
}

export interface OutboundAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
}

/** `wasSent` false: not a byte left, so it is safe to try again. */
export type OutboundResult =
  | { outcome: 'answered'; answer: OutboundAnswer }
  | { outcome: 'refused'; detail: string }
  | { outcome: 'lost'; wasSent: boolean; detail: string };

/**
 * The one way out of this process. Resolves the name once, refuses every address that is not public unicast (mapped and
 * translated forms included), connects to the address it checked, follows no redirect, and bounds time and size.
 */
export async function sendOutbound(outbound: OutboundRequest): Promise<OutboundResult> {
  const deadline = AbortSignal.timeout(outbound.timeoutMs);
  const signal = outbound.signal ? AbortSignal.any([deadline, outbound.signal]) : deadline;
  let target: { url: URL; address: string };
  try {
    target = await withSignal(checkedTarget(outbound.url, outbound.allowPrivate), signal);
  } catch (error) {
    const detail = messageOf(error);
    return isRefusal(error) ? { outcome: 'refused', detail } : { outcome: 'lost', wasSent: false, detail };
  }
  // Loaded here: most processes that open the door of this room send nothing out.
  const { Agent, request } = await import('undici');
  const family = isIP(target.address) === 6 ? 6 : 4;
  let isConnected = false;
  const agent = new Agent({
    connections: 1,
    pipelining: 0,
    connect: {
      timeout: outbound.timeoutMs,
      // Whatever the name means by now: the address that was checked.
      lookup: (_host, options, done) => {
        if (options.all === true) done(null, [{ address: target.address, family }]);
        else done(null, target.address, family);
      },
    },
  });
  agent.on('connect', () => {
    isConnected = true;
  });
  try {
    const response = await request(target.url, {
      method: outbound.method,
      headers: { ...outbound.headers },
      body: outbound.body ?? null,
      dispatcher: agent,
      signal,
      headersTimeout: outbound.timeoutMs,
      bodyTimeout: outbound.timeoutMs,
    });
    const body = await readBounded(response.body, outbound.maxAnswerBytes);
    const headers = Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : (value ?? ''),
      ]),
    );
    return { outcome: 'answered', answer: { status: response.statusCode, headers, body } };
  } catch (error) {
    const detail = deadline.aborted ? `No answer within ${outbound.timeoutMs} ms.` : messageOf(error);
    return { outcome: 'lost', wasSent: isConnected, detail };
  } finally {
    await agent.destroy();
  }
}

function isRefusal(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return code === 'OUTBOUND.BAD_URL' || code === 'OUTBOUND.FORBIDDEN_ADDRESS';
}

async function checkedTarget(text: string, allowPrivate: boolean): Promise<{ url: URL; address: string }> {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw errors.BAD_URL([text]);
  }
  if ((url.protocol !== 'http:' && url.protocol !== 'https:') || url.username !== '' || url.password !== '')
    throw errors.BAD_URL([`${url.protocol}//${url.host}`]);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // One bad address among several is enough: the name is not trusted to choose.
  const addresses = isIP(host) ? [host] : await resolved(host);
  for (const address of addresses)
    if (!allowPrivate && !isPublicUnicast(address)) throw errors.FORBIDDEN_ADDRESS([host, address]);
  const [address] = addresses;
  if (address === undefined) throw errors.NOT_RESOLVED([host, 'no address']);
  return { url, address };
}

async function resolved(host: string): Promise<string[]> {
  try {
    return (await lookup(host, { all: true, order: 'ipv4first' })).map(({ address }) => address);
  } catch (error) {
    throw errors.NOT_RESOLVED([host, messageOf(error)], { cause: error });
  }
}

/** Only what ipaddr.js calls unicast: not loopback, private, link-local, shared, multicast, documentation, NAT64, 6to4, Teredo. */
function isPublicUnicast(text: string): boolean {
  const address = canonicalAddress(text);
  return address !== undefined && ipaddr.parse(address).range() === 'unicast';
}

async function withSignal<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function readBounded(body: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) throw errors.TOO_LARGE([limit]);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
