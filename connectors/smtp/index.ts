export { createSmtpNotifier, type SmtpSettings } from './smtp.ts';
