import { z } from 'zod';
import { errors } from '../errors.ts';

/** A technique of ATT&CK. */
export interface Technique {
  name: string;
  /** Short names of its tactics. */
  tactics: readonly string[];
}

const Technique = z.object({
  type: z.literal('attack-pattern'),
  name: z.string(),
  revoked: z.boolean().default(false),
  x_mitre_deprecated: z.boolean().default(false),
  external_references: z.array(z.object({ source_name: z.string(), external_id: z.string().optional() })),
  kill_chain_phases: z.array(z.object({ kill_chain_name: z.string(), phase_name: z.string() })).default([]),
});
const Bundle = z.object({ objects: z.array(z.unknown()) });

/** Techniques in force by id (T1059.001), of a STIX bundle of ATT&CK. Throws DETECT.BAD_ATTACK_DATA. */
export function readAttackNames(text: string, file: string): ReadonlyMap<string, Technique> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw errors.BAD_ATTACK_DATA([], { where: { file }, cause });
  }
  const bundle = Bundle.safeParse(parsed);
  if (!bundle.success) throw errors.BAD_ATTACK_DATA([], { where: { file } });
  const techniques = new Map<string, Technique>();
  for (const one of bundle.data.objects) {
    const technique = Technique.safeParse(one);
    if (!technique.success || technique.data.revoked || technique.data.x_mitre_deprecated) continue;
    const { name, external_references: references, kill_chain_phases: phases } = technique.data;
    const id = references.find(({ source_name: source }) => source === 'mitre-attack')?.external_id;
    if (id !== undefined)
      techniques.set(id, {
        name,
        tactics: phases.filter((phase) => phase.kill_chain_name === 'mitre-attack').map((phase) => phase.phase_name),
      });
  }
  if (techniques.size === 0) throw errors.BAD_ATTACK_DATA([], { where: { file } });
  return techniques;
}
