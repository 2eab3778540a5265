import { createHmac } from 'node:crypto';

/** The key bytes of a Standard Webhooks secret, `whsec_` and base64; undefined when it is none of 24 to 64 bytes. */
export function keyOf(secret: string): Uint8Array | undefined {
  const [, base64 = ''] = /^(?:whsec_)?([A-Za-z0-9+/]+={0,2})$/.exec(secret.trim()) ?? [];
  const key = Buffer.from(base64, 'base64');
  return key.length >= 24 && key.length <= 64 ? key : undefined;
}

/** Standard Webhooks 1.0: `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`; timestamp in seconds. */
export function sign(key: Uint8Array, id: string, timestampS: number, body: string): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestampS}.${body}`).digest('base64')}`;
}
