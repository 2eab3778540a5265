import { describe, expect, it } from 'vitest';
import { readContext } from '../../test/hostile.ts';
import { clientOf } from './client.ts';

const context = { ...readContext, trustedProxies: ['10.0.0.0/8', '2001:db8:f::/48'] };

describe('clientOf', () => {
  it.each([
    ['a peer that is no proxy, whatever it claims', '203.0.113.77', '1.2.3.4', { actor: '203.0.113.77' }],
    ['the right-most hop', '10.0.0.7', '1.2.3.4, 203.0.113.77', { actor: '203.0.113.77', proxy: '10.0.0.7' }],
    [
      'the hop before the proxies',
      '10.0.0.7',
      '1.2.3.4, 203.0.113.77, 10.0.0.8',
      { actor: '203.0.113.77', proxy: '10.0.0.7' },
    ],
    ['a hop with a port', '10.0.0.7', '203.0.113.77:4711', { actor: '203.0.113.77', proxy: '10.0.0.7' }],
    ['a bracketed hop', '10.0.0.7', '[2001:db8:77::9]:4711', { actor: '2001:db8:77::9', proxy: '10.0.0.7' }],
    ['a mapped hop', '10.0.0.7', '::ffff:203.0.113.77', { actor: '203.0.113.77', proxy: '10.0.0.7' }],
    ['an IPv6 proxy', '2001:db8:f::1', '203.0.113.77', { actor: '203.0.113.77', proxy: '2001:db8:f::1' }],
    ['nobody when all hops are proxies', '10.0.0.7', '10.0.0.8, 10.0.0.9', { proxy: '10.0.0.7' }],
    ['nobody when the last hop is no address', '10.0.0.7', '203.0.113.77, unknown', { proxy: '10.0.0.7' }],
    ['nobody without the header', '10.0.0.7', undefined, { proxy: '10.0.0.7' }],
    ['nobody for an empty header', '10.0.0.7', '-', { proxy: '10.0.0.7' }],
  ])('takes %s', (_name, peer, forwardedFor, expected) => {
    expect(clientOf(peer, forwardedFor, context)).toEqual(expected);
  });
});
