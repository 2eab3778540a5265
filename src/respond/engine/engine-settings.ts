import { z } from 'zod';
import { Config } from '../../base/config.ts';

/** What the engine process is told, in the environment variable FIREBREAK_ENGINE. Secrets only as file names, but for the database's own URL. */
export const EngineSettings = z.object({
  database_url: z.string().min(1),
  log_level: Config.shape.log_level,
  notify: Config.shape.notify,
  /** How people reach the console. */
  public_url: z.url().optional(),
});
export type EngineSettings = z.infer<typeof EngineSettings>;
