export { createSmtpNotifier } from './smtp.ts';
