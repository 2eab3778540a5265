export { createWebhookNotifier, type WebhookSettings } from './webhook.ts';
