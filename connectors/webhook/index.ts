export { createWebhookNotifier } from './webhook.ts';
