import { z } from 'zod';

/** What the value is in the event: who did it, whom it was done to (the machine or service), who suffered, who passed it on. No role, no containment. */
export const Role = z.enum(['actor', 'target', 'victim', 'intermediary']);
export type Role = z.infer<typeof Role>;

/**
 * How far a value can be believed, from best to worst (DESIGN §2).
 * transport: the connection said it; structured: a field of a structured record that the logging program fills;
 * anchored: a fixed position that the logging program writes, in a parser proven by injection tests; free: text a remote party can write.
 */
export const FieldTrust = z.enum(['transport', 'structured', 'anchored', 'free']);
export type FieldTrust = z.infer<typeof FieldTrust>;

/** Whether the sender is known: TLS client, token, journald, our own file; or anybody (UDP, plain TCP). */
export const ChannelTrust = z.enum(['authenticated', 'unauthenticated']);
export type ChannelTrust = z.infer<typeof ChannelTrust>;

export const EntityType = z.enum(['ip', 'user', 'host', 'domain', 'url', 'file', 'hash', 'process', 'service']);
export type EntityType = z.infer<typeof EntityType>;

/** A value of an event that somebody may act on, with what is known of it. */
export const Subject = z.object({
  type: EntityType,
  /** Canonical text: an address as base/address.ts writes it, users and hosts as they stand. */
  value: z.string().max(2_048),
  role: Role,
  /** Where in the event, as a Sigma field name. */
  field: z.string().max(256),
  field_trust: FieldTrust,
  channel_trust: ChannelTrust,
});
export type Subject = z.infer<typeof Subject>;
