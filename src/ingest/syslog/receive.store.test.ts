import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SourceSettingsInput } from '../../schema/source.ts';
import { testIngest, type TestIngest } from '../../../test/ingest.ts';
import { until } from '../../../test/until.ts';

let house: TestIngest;
beforeAll(async () => {
  house = await testIngest();
});

async function listening(settings: SourceSettingsInput) {
  const { id } = await house.ingest.sources.add(settings);
  const { port = 0 } = await house.ingest.startSource(id);
  const has = async (count: number) => {
    await until(async () => (await house.lines(id)).length >= count, { what: `${count} messages` });
    return house.events(id);
  };
  return { id, port, has };
}

const logger = (...args: string[]) => execFileSync('logger', ['--server', '127.0.0.1', ...args]);

describe('syslog over UDP', () => {
  it('takes what logger sends and keeps the peer', async () => {
    const { port, has } = await listening({ kind: 'syslog-udp', name: 'udp', port: 0 });
    logger('--udp', '--port', String(port), '--tag', 'probe', 'over udp');
    const [event] = await has(1);
    expect(event?.raw_data).toMatch(/^<13>1 .* probe .* over udp$/);
    expect(event?.peer_address).toBe('127.0.0.1');
  });

  it('counts what the kernel dropped', async () => {
    const { id, port } = await listening({ kind: 'syslog-udp', name: 'udp flood', port: 0 });
    const sender = createSocket('udp4');
    const sent = 4_000;
    // Written without a turn of this loop in between: the receiver cannot read meanwhile, its buffer must overflow.
    execFileSync(process.execPath, [
      '-e',
      `const s = require('node:dgram').createSocket('udp4'); let left = ${sent};
       for (let i = 0; i < ${sent}; i += 1) s.send(Buffer.alloc(9000, 'x'), ${port}, '127.0.0.1', () => { left -= 1; if (left === 0) s.close(); });`,
    ]);
    sender.close();
    await until(async () => (await house.lines(id)).length > 0);
    await house.ingest.stopSource(id);
    await until(async () => ((await house.ingest.sources.byId(id))?.lost_count ?? 0) > 0);
    const { lost_count = 0, event_count = 0 } = (await house.ingest.sources.byId(id)) ?? {};
    expect(event_count + lost_count).toBe(sent);
  });
});

describe('syslog over TCP', () => {
  it('takes what logger sends, by lines and octet-counted', async () => {
    const { port, has } = await listening({ kind: 'syslog-tcp', name: 'tcp', port: 0 });
    logger('--tcp', '--port', String(port), '--tag', 'probe', 'by lines');
    logger('--tcp', '--port', String(port), '--tag', 'probe', '--octet-count', 'counted\nwith a second line');
    const events = await has(2);
    expect(events[0]?.raw_data).toMatch(/by lines$/);
    expect(events[1]?.raw_data).toContain('counted');
  });

  it('keeps the last message of a connection that ends without a newline, and survives a broken frame', async () => {
    const { port, has } = await listening({ kind: 'syslog-tcp', name: 'tcp 2', port: 0 });
    connect(port, '127.0.0.1').end('<1>a\n<1>b');
    await has(2);
    connect(port, '127.0.0.1')
      .on('error', () => {})
      .end('4 <1>cgarbage');
    expect((await has(3)).map((event) => event.raw_data)).toEqual(['<1>a', '<1>b', '<1>c']);
  });

  it('closes connections above its limits', async () => {
    const { port } = await listening({ kind: 'syslog-tcp', name: 'tcp 3', port: 0, max_connections_per_peer: 2 });
    const sockets = [1, 2, 3].map(() => connect(port, '127.0.0.1').on('error', () => {}));
    await until(() => sockets.some((socket) => socket.destroyed || socket.readableEnded) || undefined);
    expect(sockets.filter((socket) => socket.destroyed || socket.readableEnded).length).toBe(1);
    for (const socket of sockets) socket.destroy();
  });

  it('says when its port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await until(() => other.listening);
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const { id } = await house.ingest.sources.add({ kind: 'syslog-tcp', name: 'tcp 4', port });
    await expect(house.ingest.startSource(id)).rejects.toMatchObject({ code: 'INGEST.PORT_IN_USE' });
    other.close();
  });
});

describe('syslog over TLS', () => {
  it('trusts a client certificate of the named authority and nobody else', async () => {
    const path = (name: string) => join(house.dir, name);
    const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
    openssl(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=DNS:localhost',
      '-keyout',
      path('key.pem'),
      '-out',
      path('cert.pem'),
      '-days',
      '2',
    );
    const { id, port, has } = await listening({
      kind: 'syslog-tls',
      name: 'tls',
      port: 0,
      cert_path: path('cert.pem'),
      key_path: path('key.pem'),
      client_ca_path: path('cert.pem'),
    });
    const ca = readFileSync(path('cert.pem'));
    const server = { port, host: '127.0.0.1', servername: 'localhost', ca };
    connectTls(server).end('<1>anybody\n');
    await has(1);
    // The length in a record of its own.
    const known = connectTls({ ...server, cert: ca, key: readFileSync(path('key.pem')) });
    known.write('8 ');
    known.end('<1>known');
    await has(2);
    const { rows } = await house.db.pool.query(
      `select source ->> 'channel_trust' as trust from event_batches where source_id = $1 order by id`,
      [id],
    );
    expect(rows.map((row: { trust: string }) => row.trust)).toEqual(['unauthenticated', 'authenticated']);
  });

  it('says which file cannot be used', async () => {
    const { id } = await house.ingest.sources.add({
      kind: 'syslog-tls',
      name: 'tls 2',
      port: 0,
      cert_path: '/nowhere/cert.pem',
      key_path: '/nowhere/key.pem',
    });
    await expect(house.ingest.startSource(id)).rejects.toMatchObject({ code: 'INGEST.TLS_FILE' });
  });
});
