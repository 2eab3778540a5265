import { z } from 'zod';
import { route } from './route.ts';
import { Id, Iso, page, pageQuery } from './wire.ts';

export const WireLedgerEntry = z.object({
  /** Place in the tree; null until the sequencer has hashed it. */
  leaf_index: z.int().nullable(),
  leaf_hash: z.string().nullable(),
  id: z.string(),
  at: Iso,
  kind: z.string(),
  actor: z.string(),
  incident_id: Id.nullable(),
  subject: z.string().nullable(),
  summary: z.string(),
  body: z.record(z.string(), z.unknown()),
});
export type WireLedgerEntry = z.infer<typeof WireLedgerEntry>;

/** A signed tree head. `note` is the text that is exported (signed note form). */
export const Checkpoint = z.object({ tree_size: z.int(), root_hash: z.string(), at: Iso, note: z.string() });
export type Checkpoint = z.infer<typeof Checkpoint>;

export const LedgerVerdict = z.object({
  is_intact: z.boolean(),
  checked: z.int(),
  tree_size: z.int(),
  /** First row that is not what was hashed; null when all are. */
  first_bad_index: z.int().nullable(),
  detail: z.string(),
});
export type LedgerVerdict = z.infer<typeof LedgerVerdict>;

export const listLedger = route({
  id: 'listLedger',
  method: 'GET',
  path: '/v1/ledger',
  permission: 'ledger.read',
  summary: 'Every decision and attempt, newest first.',
  query: z.object({ ...pageQuery, incident_id: Id.optional() }),
  reply: page(WireLedgerEntry),
});

export const getCheckpoint = route({
  id: 'getCheckpoint',
  method: 'GET',
  path: '/v1/ledger/checkpoint',
  permission: 'ledger.read',
  summary: 'The latest signed checkpoint; null before the first.',
  reply: Checkpoint.nullable(),
});

export const verifyLedger = route({
  id: 'verifyLedger',
  method: 'POST',
  path: '/v1/ledger/verify',
  permission: 'ledger.read',
  summary: 'Hash everything again and compare with the checkpoints.',
  reply: LedgerVerdict,
});
