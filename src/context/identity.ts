import { z } from 'zod';

/** An account of the owner's organisation. */
export const Identity = z.object({
  tenant_id: z.string(),
  /** Compared without regard to case. */
  name: z.string().min(1).max(256),
  /** service, break_glass, admin; owners may add their own. */
  roles: z.array(z.string().regex(/^[a-z][a-z0-9_]{0,63}$/)).max(32),
  owner: z.string().max(256).nullable(),
});
export type Identity = z.infer<typeof Identity>;
