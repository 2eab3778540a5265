import { readFile } from 'node:fs/promises';
import { messageOf } from '../../src/base/errors.ts';
import type { DeliveryOutcome, Notification, Notifier } from '../../src/connector/index.ts';

interface SmtpSettings {
  host: string;
  port: number;
  from: string;
  to: readonly string[];
  user?: string;
  /** Read at every sending, so that it can be changed. */
  passwordFile?: string;
  /** required: never without TLS; opportunistic: when offered; none: a relay on this machine. */
  tls: 'required' | 'opportunistic' | 'none';
}

const maxTextChars = 64 * 1_024;
const maxSubjectChars = 200;

/** Plain-text mail over SMTP. The Message-ID is made of the notification's id, so that a repeat can be told from a new message. */
export function createSmtpNotifier(settings: SmtpSettings): Notifier {
  return {
    name: `smtp ${settings.host}`,
    // Few mail systems drop a second message of the same Message-ID.
    dropsRepeats: false,
    send: (notification, signal) => send(settings, notification, signal),
  };
}

async function send(settings: SmtpSettings, notification: Notification, signal: AbortSignal): Promise<DeliveryOutcome> {
  let password: string | undefined;
  try {
    password = settings.passwordFile === undefined ? undefined : (await readFile(settings.passwordFile, 'utf8')).trim();
  } catch (error) {
    return { outcome: 'failed', detail: `The password file cannot be read: ${messageOf(error)}` };
  }
  // From 354 on the message may be the server's; before it, surely not (RFC 5321 §4.1.1.4).
  let isHandedOver = false;
  const watch = (entry: unknown, text: unknown) => {
    const side = typeof entry === 'object' && entry !== null && 'tnx' in entry ? entry.tnx : undefined;
    if (side === 'server' && typeof text === 'string' && text.startsWith('354')) isHandedOver = true;
  };
  const nothing = () => {};
  // Loaded at the first mail: many send none.
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    host: settings.host,
    port: settings.port,
    secure: settings.port === 465,
    requireTLS: settings.tls === 'required',
    ignoreTLS: settings.tls === 'none',
    ...(settings.user === undefined ? {} : { auth: { user: settings.user, pass: password ?? '' } }),
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    disableFileAccess: true,
    disableUrlAccess: true,
    debug: true,
    logger: {
      level: nothing,
      trace: nothing,
      debug: watch,
      info: nothing,
      warn: nothing,
      error: nothing,
      fatal: nothing,
    },
  });
  const abort = () => transport.close();
  signal.addEventListener('abort', abort, { once: true });
  try {
    const sent = await transport.sendMail({
      from: settings.from,
      to: [...settings.to],
      subject: oneLine(notification.title, maxSubjectChars),
      text: textOf(notification),
      messageId: `<${notification.id.replaceAll(/[^A-Za-z0-9.-]/g, '-')}@firebreak.invalid>`,
      date: new Date(notification.at),
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Firebreak-Severity': String(notification.severityId) },
    });
    return { outcome: 'delivered', detail: oneLine(`The server answered ${sent.response}.`, 500) };
  } catch (error) {
    return outcomeOf(error, isHandedOver);
  } finally {
    signal.removeEventListener('abort', abort);
    transport.close();
  }
}

function outcomeOf(error: unknown, isHandedOver: boolean): DeliveryOutcome {
  const detail = oneLine(messageOf(error), 500);
  const reply = typeof error === 'object' && error !== null && 'responseCode' in error ? error.responseCode : undefined;
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  // RFC 5321 §4.2.1: 4yz is a failure that passes, 5yz one that stays.
  if (typeof reply === 'number') return { outcome: reply < 500 ? 'retry' : 'failed', detail };
  if (isHandedOver) return { outcome: 'uncertain', detail };
  return { outcome: code === 'ETLS' || code === 'EAUTH' || code === 'EENVELOPE' ? 'failed' : 'retry', detail };
}

function textOf(notification: Notification): string {
  const link = notification.url === undefined ? '' : `\n\n${oneLine(notification.url, 2_000)}`;
  const text = notification.text.replaceAll('\r\n', '\n').replaceAll(unprintable, '\ufffd');
  return `${text.slice(0, maxTextChars)}${link}\n`;
}

// Control characters and line separators but newline and tab; and what turns the direction of text around.
const unprintable = /(?![\n\t])\p{Cc}|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

function oneLine(text: string, maxChars: number): string {
  return text
    .replaceAll(/[\r\n\t]+/g, ' ')
    .replaceAll(unprintable, '\ufffd')
    .slice(0, maxChars)
    .toWellFormed();
}
