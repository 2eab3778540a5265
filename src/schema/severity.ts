import { z } from 'zod';

/** OCSF severity_id: 1 informational, 2 low, 3 medium, 4 high, 5 critical, 6 fatal. */
export const SeverityId = z.int().min(0).max(6);
export type SeverityId = z.infer<typeof SeverityId>;

export const severityNames = ['unknown', 'informational', 'low', 'medium', 'high', 'critical', 'fatal'] as const;
export type SeverityName = (typeof severityNames)[number];

/** Sigma `level` to OCSF severity_id (standards: informational..critical is 1..5). */
export const severityOfLevel = { informational: 1, low: 2, medium: 3, high: 4, critical: 5 } as const;
export type SigmaLevel = keyof typeof severityOfLevel;
