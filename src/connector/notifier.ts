/** A message to people or machines outside, composed by a playbook step. */
export interface Notification {
  /** Same id, same message: receivers may drop repeats. */
  id: string;
  title: string;
  /** Plain text. Log text in it is already escaped for terminals. */
  text: string;
  severityId: number;
  /** Link to the incident in the console, when the console's address is known. */
  url?: string;
  /** Structured twin for webhooks. */
  data: Record<string, unknown>;
}

export type DeliveryOutcome =
  | { outcome: 'delivered'; detail: string }
  /** Not delivered, and it is safe to try again. */
  | { outcome: 'retry'; detail: string; retryAfterMs?: number }
  /** The answer was lost: it may have arrived. */
  | { outcome: 'uncertain'; detail: string }
  | { outcome: 'failed'; detail: string };

export interface Notifier {
  name: string;
  send(notification: Notification): Promise<DeliveryOutcome>;
}
