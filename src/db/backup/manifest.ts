import { z } from 'zod';

/** The last entry of a backup, manifest.json. */
export const backupManifest = z.object({
  format: z.literal(1),
  postgres_major: z.string(),
  /** When it was begun, by the server's clock, UTC. */
  taken_at: z.string(),
  migrations: z.array(z.object({ name: z.string(), sha256: z.string() })),
  files: z.array(z.object({ name: z.string(), size: z.int(), sha256: z.string() })),
});
export type BackupManifest = z.infer<typeof backupManifest>;
