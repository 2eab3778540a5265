/** A message to people or machines outside, composed by a playbook step. */
export interface Notification {
  /** Same id, same message: receivers may drop repeats. */
  id: string;
  title: string;
  /** Plain text. Log text in it is already escaped for terminals. */
  text: string;
  severityId: number;
  /** Epoch ms at which it was composed. */
  at: number;
  /** Link to the incident in the console, when the console's address is known. */
  url?: string;
  /** Structured twin for webhooks. */
  data: Record<string, unknown>;
}

export type DeliveryOutcome =
  | { outcome: 'delivered'; detail: string }
  /** Not delivered, or the receiver drops a repeat: it is safe to try again. */
  | { outcome: 'retry'; detail: string; retryAfterMs?: number }
  /** The answer was lost: it may have arrived. */
  | { outcome: 'uncertain'; detail: string }
  | { outcome: 'failed'; detail: string };

export interface Notifier {
  /** Unique among the configured ones, as people know it: the host it sends to. */
  name: string;
  /** True when the receiver knows the notification's id, so that sending again after a crash does no harm. */
  dropsRepeats: boolean;
  /** One attempt. Never throws. */
  send(notification: Notification, signal: AbortSignal): Promise<DeliveryOutcome>;
}
