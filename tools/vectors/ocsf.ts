import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { createOcsfJudge } from './ocsf-judge.ts';
import type { Suite } from './suite.ts';

const Vectors = z.array(
  z.object({
    name: z.string(),
    class: z.string(),
    valid: z.boolean(),
    why: z.string().optional(),
    event: z.record(z.string(), z.unknown()),
  }),
);

/** OCSF events, valid and not: the judge that our maps answer to must agree with each. */
export const ocsf: Suite = {
  name: 'ocsf',
  run(dir) {
    const folder = join(dir, 'ocsf');
    for (const file of ['event-vectors.json', 'ocsf-1.8.0.classes.jsonschema.json', 'ocsf-schema-compiled-1.8.0.json'])
      if (!existsSync(join(folder, file)))
        return { passed: 0, failed: [], skipped: [`${join(folder, file)} is not here`] };
    const vectors = Vectors.parse(JSON.parse(readFileSync(join(folder, 'event-vectors.json'), 'utf8')));
    const faultsOf = createOcsfJudge(folder);
    const failed = vectors.flatMap((vector) => {
      const faults = faultsOf(vector.event);
      if ((faults.length === 0) === vector.valid) return [];
      return [
        vector.valid ? `${vector.name}: ${faults.join('; ')}` : `${vector.name}: taken as valid, but ${vector.why}`,
      ];
    });
    return { passed: vectors.length - failed.length, failed, skipped: [] };
  },
};
