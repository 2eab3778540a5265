import { z } from 'zod';
import { canonicalAddress } from '../base/address.ts';

/** What a machine is for; guardrails and risk read it. Owners may add tags of their own. */
export const assetRoles = [
  'domain_controller',
  'backup',
  'hypervisor',
  'log_collector',
  'jump_host',
  'vpn',
  'scanner',
  'proxy',
] as const;

const tag = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'a tag is lower case letters, digits and _');

export const Asset = z.object({
  tenant_id: z.string(),
  site_id: z.string(),
  /** Chosen by the owner, stable: the key of imports. */
  id: z.string().min(1).max(256),
  name: z.string().min(1).max(256),
  owner: z.string().max(256).nullable(),
  roles: z.array(tag).max(32),
  /** 1 low, 2 ordinary, 3 important, 4 vital. */
  importance: z.int().min(1).max(4),
  addresses: z.array(z.string().refine((text) => canonicalAddress(text) !== undefined, 'no IP address')).max(256),
  /** Names it goes by in logs, compared without regard to case. */
  hosts: z.array(z.string().min(1).max(256)).max(256),
});
export type Asset = z.infer<typeof Asset>;
