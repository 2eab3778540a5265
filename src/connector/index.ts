export type { Format, Logsource, ReadContext, ReadEvent } from './format.ts';
export type { Denial, EnforcementLevel, Enforcer, HeldDenial } from './enforcer.ts';
export type { DeliveryOutcome, Notification, Notifier } from './notifier.ts';
