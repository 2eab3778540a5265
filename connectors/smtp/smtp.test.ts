import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterAll, describe, expect, it } from 'vitest';
import type { Notification } from '../../src/connector/index.ts';
import { createSmtpNotifier } from './index.ts';

const servers: SMTPServer[] = [];
afterAll(() => {
  for (const server of servers) server.close();
});

interface Mail {
  raw: string;
  to: string[];
}

/** A real SMTP server on a free port; `options` replace what it does at each stage. */
async function mailServer(options: SMTPServerOptions = {}) {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    logger: false,
    onData(stream, session, done) {
      let raw = '';
      stream.on('data', (part: Buffer) => (raw += part.toString('utf8')));
      stream.on('end', () => {
        mails.push({ raw, to: session.envelope.rcptTo.map((recipient) => recipient.address) });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => {});
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.server.address();
  return { mails, port: typeof address === 'object' && address ? address.port : 0 };
}

const notifierOn = (port: number, tls: 'none' | 'required' = 'none') =>
  createSmtpNotifier({ host: '127.0.0.1', port, from: 'firebreak@example.org', to: ['soc@example.org'], tls });

const notification: Notification = {
  id: 'notification--0198a1c2-0000-8000-8000-000000000001',
  title: 'Denied 192.0.2.9',
  text: 'It was verified.\nSecond line.',
  severityId: 4,
  at: 1_767_225_600_000,
  data: {},
};
const never = new AbortController().signal;

describe('a notification by SMTP', () => {
  it('arrives as plain text with a Message-ID made of its id', async () => {
    const { mails, port } = await mailServer();
    expect(await notifierOn(port).send(notification, never)).toMatchObject({ outcome: 'delivered' });
    expect(mails).toHaveLength(1);
    expect(mails[0]?.raw).toMatch(
      /^Message-ID:\s+<notification--0198a1c2-0000-8000-8000-000000000001@firebreak\.invalid>/m,
    );
    expect(mails[0]?.raw).toContain('Content-Type: text/plain');
    expect(mails[0]?.raw).toContain('It was verified.\r\nSecond line.');
  });

  it('is safe to repeat after a passing refusal, and arrives once', async () => {
    let refusals = 1;
    const { mails, port } = await mailServer({
      onMailFrom(_address, _session, done) {
        refusals -= 1;
        done(refusals >= 0 ? Object.assign(new Error('greylisted'), { responseCode: 451 }) : undefined);
      },
    });
    const notifier = notifierOn(port);
    expect(await notifier.send(notification, never)).toMatchObject({ outcome: 'retry' });
    expect(await notifier.send(notification, never)).toMatchObject({ outcome: 'delivered' });
    expect(mails).toHaveLength(1);
  });

  it('is uncertain when the answer to the message is lost', async () => {
    const { port } = await mailServer({
      onData(stream, session) {
        stream.resume();
        stream.on('end', () => {
          for (const server of servers)
            for (const connection of server.connections) if (connection.id === session.id) connection.close();
        });
      },
    });
    expect(await notifierOn(port).send(notification, never)).toMatchObject({ outcome: 'uncertain' });
  });

  it('fails for good when the server says so, and may be repeated when nobody listens', async () => {
    const { port } = await mailServer({
      onRcptTo: (_address, _session, done) => done(Object.assign(new Error('no such user'), { responseCode: 550 })),
    });
    expect(await notifierOn(port).send(notification, never)).toMatchObject({ outcome: 'failed' });
    expect(await notifierOn(1).send(notification, never)).toMatchObject({ outcome: 'retry' });
  });

  it('is never sent without TLS where TLS is required', async () => {
    const { mails, port } = await mailServer();
    expect(await notifierOn(port, 'required').send(notification, never)).toMatchObject({ outcome: 'failed' });
    expect(mails).toHaveLength(0);
  });

  it('carries no header and no recipient that a log line wrote', async () => {
    const { mails, port } = await mailServer();
    const hostile = 'x\r\nBcc: evil@example.net\r\n\r\n.\r\nMAIL FROM:<evil@example.net>\r\n\0\u202e';
    const result = await notifierOn(port).send(
      { ...notification, title: hostile, text: hostile, url: `https://a/${hostile}` },
      never,
    );
    expect(result).toMatchObject({ outcome: 'delivered' });
    expect(mails).toHaveLength(1);
    expect(mails[0]?.to).toEqual(['soc@example.org']);
    const head = mails[0]?.raw.split('\r\n\r\n')[0] ?? '';
    expect(head).not.toMatch(/^Bcc:/im);
    expect(head.match(/^Subject:/gim)).toHaveLength(1);
  });
});
