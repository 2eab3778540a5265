import { z } from 'zod';

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';
const identifier = (type: string, name = type) =>
  z.string().regex(new RegExp(`^(?:${type})--${uuid}$`), `must be an identifier: ${name}, two hyphens and a UUID`);
const anyIdentifier = identifier('[a-z][a-z0-9-]{0,249}', 'a type');
const stepIdentifier = identifier(
  'start|end|action|playbook-action|parallel|if-condition|while-condition|switch-condition',
);
const timestamp = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/, 'must be a time in UTC such as 2026-01-31T12:00:00.000Z');
const variableName = /^__[a-zA-Z_][a-zA-Z0-9_-]{0,199}__$/;
const VariableName = z.string().regex(variableName, 'must be a variable name such as __name__');
const text = z.string().max(100_000);
const strings = z.array(text).max(1_000);
const level = z.int().min(0).max(100);
const open = z.record(z.string(), z.unknown());

export const Variable = z.strictObject({
  type: z.string().min(1).max(250),
  description: text.optional(),
  /** Strings, numbers and booleans as text; null: unknown. */
  value: z.union([text, z.null(), open]).optional(),
  constant: z.boolean().optional(),
  external: z.boolean().optional(),
});
export type Variable = z.infer<typeof Variable>;
const Variables = z.record(VariableName, Variable);

/** An open vocabulary: own command types are legal, their properties are the type's own. */
export const Command = z.looseObject({
  type: z.string().min(1).max(250),
  description: text.optional(),
  version: text.optional(),
  playbook_activity: text.optional(),
  command: text.optional(),
  command_b64: text.optional(),
});
export type Command = z.infer<typeof Command>;

const common = {
  name: text.optional(),
  description: text.optional(),
  external_references: z.array(open).max(1_000).optional(),
  /** ms to wait before the step. */
  delay: z.int().min(0).optional(),
  /** ms after which the step has failed. */
  timeout: z.int().min(0).optional(),
  step_variables: Variables.optional(),
  owner: anyIdentifier.optional(),
  step_extensions: open.optional(),
};
const next = {
  on_completion: stepIdentifier.optional(),
  on_success: stepIdentifier.optional(),
  on_failure: stepIdentifier.optional(),
};
const args = { in_args: z.array(VariableName).optional(), out_args: z.array(VariableName).optional() };

export const Step = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('start'), ...common, on_completion: stepIdentifier }),
  z.strictObject({ type: z.literal('end'), ...common }),
  z.strictObject({
    type: z.literal('action'),
    ...common,
    ...next,
    ...args,
    commands: z.array(Command).min(1).max(1_000),
    agent: anyIdentifier,
    targets: z.array(anyIdentifier).max(10_000).optional(),
  }),
  z.strictObject({
    type: z.literal('playbook-action'),
    ...common,
    ...next,
    ...args,
    playbook_id: identifier('playbook'),
    playbook_version: timestamp.optional(),
  }),
  z.strictObject({ type: z.literal('parallel'), ...common, ...next, next_steps: z.array(stepIdentifier).min(2) }),
  z.strictObject({
    type: z.literal('if-condition'),
    ...common,
    ...next,
    condition: z.string().min(1).max(10_000),
    on_true: stepIdentifier,
    on_false: stepIdentifier.optional(),
  }),
  z.strictObject({
    type: z.literal('while-condition'),
    ...common,
    ...next,
    condition: z.string().min(1).max(10_000),
    on_true: stepIdentifier,
  }),
  z.strictObject({
    type: z.literal('switch-condition'),
    ...common,
    ...next,
    switch: text,
    cases: z.record(z.string(), stepIdentifier),
  }),
]);
export type Step = z.infer<typeof Step>;
export type StepOf<T extends Step['type']> = Extract<Step, { type: T }>;

/** Booleans of what a playbook uses; computed by `processingSummary`, checked when it is stated. */
export const ProcessingSummary = z.strictObject({
  manual_playbook: z.boolean().optional(),
  external_playbooks: z.boolean().optional(),
  parallel_processing: z.boolean().optional(),
  if_logic: z.boolean().optional(),
  while_logic: z.boolean().optional(),
  switch_logic: z.boolean().optional(),
  temporal_logic: z.boolean().optional(),
  data_markings: z.boolean().optional(),
  digital_signatures: z.boolean().optional(),
  countersigned_signatures: z.boolean().optional(),
  extensions: z.boolean().optional(),
});
export type ProcessingSummary = z.infer<typeof ProcessingSummary>;

/** The CACAO Security Playbooks 2.0 playbook object (OASIS Committee Specification 01). */
export const Playbook = z.strictObject({
  type: z.literal('playbook'),
  spec_version: z.literal('cacao-2.0'),
  id: identifier('playbook'),
  name: z.string().min(1).max(1_000),
  description: text.optional(),
  playbook_types: strings.optional(),
  playbook_activities: strings.optional(),
  playbook_processing_summary: ProcessingSummary.optional(),
  created_by: anyIdentifier,
  created: timestamp,
  /** The version: a later one of the same id replaces it. */
  modified: timestamp,
  revoked: z.boolean().optional(),
  valid_from: timestamp.optional(),
  valid_until: timestamp.optional(),
  derived_from: z.array(anyIdentifier).optional(),
  related_to: z.array(anyIdentifier).optional(),
  priority: level.optional(),
  severity: level.optional(),
  impact: level.optional(),
  industry_sectors: strings.optional(),
  labels: strings.optional(),
  external_references: z.array(open).max(1_000).optional(),
  markings: z.array(anyIdentifier).optional(),
  playbook_variables: Variables.optional(),
  workflow_start: stepIdentifier,
  workflow_exception: stepIdentifier.optional(),
  workflow: z.record(stepIdentifier, Step),
  playbook_extensions: open.optional(),
  authentication_info_definitions: z.record(anyIdentifier, open).optional(),
  agent_definitions: z.record(anyIdentifier, open).optional(),
  target_definitions: z.record(anyIdentifier, open).optional(),
  extension_definitions: z.record(anyIdentifier, open).optional(),
  data_marking_definitions: z.record(anyIdentifier, open).optional(),
  signatures: z.array(open).optional(),
});
export type Playbook = z.infer<typeof Playbook>;
