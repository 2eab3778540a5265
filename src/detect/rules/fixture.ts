import { parseDocument } from 'yaml';
import { z } from 'zod';
import type { FirebreakError } from '../../base/errors.ts';
import { errors } from '../errors.ts';

const Expected = z.strictObject({
  /** Title of the rule, when its file holds several that make findings. */
  rule: z.string().optional(),
  /** The line on which it must be there, counted from 1 with repeats. */
  on_line: z.int().positive().optional(),
  event_count: z.int().optional(),
  severity: z.enum(['informational', 'low', 'medium', 'high', 'critical']).optional(),
  group: z.string().optional(),
  message: z.string().optional(),
  /** Values of its subjects with the role actor; all of them. */
  actors: z.array(z.string()).optional(),
});
export type Expected = z.infer<typeof Expected>;

const Line = z.union([z.string(), z.strictObject({ line: z.string(), times: z.int().min(1).max(10_000) })]);

const Case = z.strictObject({
  name: z.string().min(1),
  format: z.string().optional(),
  lines: z.array(Line).min(1),
  /** Exactly the findings that the rules of the file make; none: []. */
  findings: z.array(Expected),
});
export type Case = z.infer<typeof Case>;

/** Input and outcome for the rules of one file, kept beside it as `<name>.fixtures.yml`. */
const Fixture = z.strictObject({
  format: z.string(),
  /** When the lines arrive: settles the year that syslog leaves out. */
  received_at: z.iso.datetime().default('2026-11-21T12:00:00Z'),
  cases: z.array(Case).min(1),
});
export type Fixture = z.infer<typeof Fixture>;

export function parseFixture(text: string, file: string): Fixture | FirebreakError {
  const doc = parseDocument(text, { prettyErrors: false });
  const [bad] = doc.errors;
  if (bad) return errors.BAD_FIXTURE([bad.message], { where: { file } });
  const parsed = Fixture.safeParse(doc.toJS({ maxAliasCount: 100 }));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return errors.BAD_FIXTURE([`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`], { where: { file } });
}
