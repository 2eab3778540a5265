import { z } from 'zod';
import { ContainmentKind } from '../../schema/containment.ts';
import type { Incident } from '../../schema/incident.ts';
import type { Finding } from '../../schema/finding.ts';
import { EntityType, Role, type Subject } from '../../schema/subject.ts';
import type { Playbook } from '../../standards/cacao/index.ts';

/** The key of our extension in a playbook's `playbook_extensions`. Permanent. */
export const extensionId = 'extension-definition--6d3c1a52-8f0e-4b8e-9a57-2c4f1e7b9d30';

/** What Firebreak needs to know beyond CACAO: when to run, what is contained before the run starts, what it is for. */
export const ResponseExtension = z.strictObject({
  type: z.literal('firebreak-response'),
  /** CEL over `finding` and `incident`; absent: only people start it. */
  trigger: z.string().max(2_000).optional(),
  /** Containments of the fast path, each adopted by the action step it names. */
  contain: z
    .array(
      z.strictObject({
        step: z.string(),
        kind: ContainmentKind,
        /** Which values of the findings are aimed at. */
        subject: z.strictObject({ type: EntityType, role: Role }),
        /** Seconds until it lifts by itself; repeat offenders get longer. Left out: the owner's `respond.duration_s`. */
        duration_s: z
          .int()
          .min(1)
          .max(86_400 * 30)
          .optional(),
      }),
    )
    .max(16)
    .default([]),
  /** ATT&CK technique ids it answers to. */
  attack: z.array(z.string().regex(/^T\d{4}(?:\.\d{3})?$/)).default([]),
  /** D3FEND countermeasure ids it carries out. */
  d3fend: z.array(z.string().regex(/^D3-[A-Z]+$/)).default([]),
  /** For people: what it can hit at worst. */
  blast_radius: z.string().max(2_000).default(''),
});
export type ResponseExtension = z.infer<typeof ResponseExtension>;

/** Says whether a finding of an incident starts the playbook. Never throws: an error counts as no, with its text. */
export type Trigger = (incident: Incident, finding: Finding) => { fires: boolean; error?: string };

/** A version of a playbook that passed every check. */
export interface LoadedPlaybook {
  id: string;
  /** CACAO `modified`. */
  version: string;
  name: string;
  contentHash: string;
  body: Playbook;
  response: ResponseExtension;
  /** undefined: only people start it. */
  trigger: Trigger | undefined;
  /** Where it was read, for messages. */
  file: string;
}

/** A containment that a chosen playbook wants before its run starts. */
export interface ContainmentWish {
  /** The action step that adopts it. */
  stepId: string;
  kind: ContainmentKind;
  target: Subject;
  /** undefined: the owner's setting. */
  durationS: number | undefined;
  reason: string;
  /** The rules whose findings name this target, most severe first: the ladder is per rule and action. */
  ruleIds: readonly string[];
}

export interface Choice {
  playbook: LoadedPlaybook;
  /** The rule of the most severe finding that started it. */
  ruleId: string;
  contain: readonly ContainmentWish[];
}
