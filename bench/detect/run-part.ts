import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';

/**
 * What a script of this folder prints, run in a process of its own. A young generation that stays in the processor's cache
 * makes it quicker and a hundred megabytes smaller, as in the product's threads (supervise-thread.ts).
 */
export function runPart<T>(shape: z.ZodType<T>, script: string, ...args: string[]): T {
  const printed = execFileSync(
    process.execPath,
    ['--max-semi-space-size=2', join(import.meta.dirname, script), ...args],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  return shape.parse(JSON.parse(printed));
}

export const EngineFigures = z.object({
  rules: z.int(),
  events: z.int(),
  hits: z.int(),
  load_ms: z.number(),
  ratio_all: z.number(),
  ratio_quiet: z.number(),
  parse_us: z.number(),
  match_us: z.number(),
  rss_mb: z.number(),
});

export const PeerFigures = z.object({
  rules: z.int(),
  events: z.int(),
  hits: z.int(),
  load_ms: z.number(),
  parse_us: z.number(),
  both_us: z.number(),
});

export const LoadFigures = z.object({
  rules: z.int(),
  import_ms: z.number(),
  rules_ms: z.number(),
  first_ms: z.number(),
  load_ms: z.number(),
  cpu_ms: z.number(),
});

export const MemoryFigures = z.object({
  events: z.int(),
  hits: z.int(),
  loaded_mb: z.number(),
  rss_mb: z.number(),
  most_mb: z.number(),
});

export const WorkersFigures = z.object({ chunks: z.int(), parse_alone: z.number(), both: z.number() });
