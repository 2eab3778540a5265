import { z } from 'zod';
import { catalogRow } from './catalog.ts';

/** The first entry of an export, export.json: what is in it. */
export const exportHead = catalogRow.extend({
  format: z.literal(1),
  postgres_version: z.string(),
  schemas: z.array(z.string()),
  migrations: z.array(z.object({ name: z.string(), sha256: z.string() })),
});
export type ExportHead = z.infer<typeof exportHead>;

/** The last entry, manifest.json: what to find again after the import. */
export const exportManifest = z.object({
  tables: z.array(
    z.object({
      schema: z.string(),
      name: z.string(),
      rows: z.int(),
      /** Order-free sum of the rows' MD5, see contentOf. */
      content: z.string(),
      /** SHA-256 of the COPY text, all parts in order. */
      sha256: z.string(),
    }),
  ),
  sequences: z.array(
    z.object({ schema: z.string(), name: z.string(), last_value: z.string(), is_called: z.boolean() }),
  ),
});
export type ExportManifest = z.infer<typeof exportManifest>;
