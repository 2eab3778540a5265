import { readFile } from 'node:fs/promises';
import type { Clock } from '../../src/base/clock.ts';
import { messageOf } from '../../src/base/errors.ts';
import { sendOutbound, type DeliveryOutcome, type Notifier, type OutboundAnswer } from '../../src/connector/index.ts';
import { keyOf, sign } from './sign.ts';

interface WebhookSettings {
  url: string;
  /** File with the secret, `whsec_…`. Read at every sending, so that it can be changed. */
  secretFile: string;
  /** Allows private and loopback addresses for this receiver. */
  allowPrivate: boolean;
}

const timeoutMs = 15_000;
const maxAnswerBytes = 64 * 1_024;
const maxRetryAfterMs = 3_600_000;

/** A signed webhook (Standard Webhooks 1.0). Its `webhook-id` is the notification's id: receivers drop repeats by it. */
export function createWebhookNotifier(settings: WebhookSettings, clock: Clock): Notifier {
  return {
    name: `webhook ${hostOf(settings.url)}`,
    dropsRepeats: true,
    async send(notification, signal) {
      let key: Uint8Array | undefined;
      try {
        key = keyOf(await readFile(settings.secretFile, 'utf8'));
      } catch (error) {
        return { outcome: 'failed', detail: `The secret file cannot be read: ${messageOf(error)}` };
      }
      if (!key) return { outcome: 'failed', detail: `${settings.secretFile} holds no secret of the form whsec_….` };
      const body = JSON.stringify({
        type: 'firebreak.notification',
        timestamp: new Date(notification.at).toISOString(),
        data: {
          ...notification.data,
          title: notification.title,
          text: notification.text,
          severity_id: notification.severityId,
          ...(notification.url === undefined ? {} : { url: notification.url }),
        },
      });
      const timestampS = Math.floor(clock.now() / 1_000);
      const result = await sendOutbound({
        method: 'POST',
        url: settings.url,
        headers: {
          'content-type': 'application/json',
          'user-agent': 'firebreak',
          'webhook-id': notification.id,
          'webhook-timestamp': String(timestampS),
          'webhook-signature': sign(key, notification.id, timestampS, body),
        },
        body,
        timeoutMs,
        maxAnswerBytes,
        allowPrivate: settings.allowPrivate,
        signal,
      });
      if (result.outcome === 'refused') return { outcome: 'failed', detail: result.detail };
      if (result.outcome === 'lost') return { outcome: 'retry', detail: result.detail };
      return outcomeOf(result.answer, clock);
    },
  };
}

function outcomeOf({ status, headers }: OutboundAnswer, clock: Clock): DeliveryOutcome {
  const detail = `The receiver answered ${status}.`;
  if (status >= 200 && status < 300) return { outcome: 'delivered', detail };
  if (status !== 408 && status !== 425 && status !== 429 && status < 500) return { outcome: 'failed', detail };
  const retryAfterMs = retryAfter(headers['retry-after'], clock.now());
  return { outcome: 'retry', detail, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** RFC 9110 §10.2.3: seconds, or a date. */
function retryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const waitMs = /^\d{1,9}$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - nowMs;
  return Number.isNaN(waitMs) ? undefined : Math.min(maxRetryAfterMs, Math.max(0, waitMs));
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'without a URL';
}
