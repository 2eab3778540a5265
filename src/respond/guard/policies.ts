import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as Cedar from '@cedar-policy/cedar-wasm/nodejs';
import { errors } from '../errors.ts';
import { isPerson } from './is-person.ts';
import type { ContainmentRequest, Facts } from './facts.ts';

export interface PolicyInput {
  request: ContainmentRequest;
  facts: Pick<Facts, 'assetTags' | 'earlierContainments' | 'isApproved'>;
  target: string;
  durationS: number;
  prefix: number;
  family: 4 | 6;
}

export interface PolicyAnswer {
  outcome: 'allow' | 'approval' | 'deny';
  reason: string;
}

/** Cedar, behind the one question that decide() asks. */
export interface Policies {
  evaluate(input: PolicyInput): PolicyAnswer;
}

const namespace = 'Firebreak';

/** When the policies cannot be loaded: every containment is refused. */
export function refusingPolicies(reason: string): Policies {
  return { evaluate: () => ({ outcome: 'deny', reason }) };
}

/**
 * Loads `*.cedar` of the folders with the `firebreak.cedarschema` of the first that has one: strictly validated, preparsed,
 * then tried on itself. Throws RESPOND.POLICY_INVALID. The wasm is loaded here and not before (13 MB).
 */
export function loadPolicies(folders: readonly string[]): Policies {
  const cedar = createRequire(import.meta.url)('@cedar-policy/cedar-wasm/nodejs') as typeof Cedar;
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .sort()
      .map((name) => join(folder, name)),
  );
  const schemaFile = files.find((file) => file.endsWith('firebreak.cedarschema'));
  if (schemaFile === undefined) throw errors.POLICY_INVALID([`no firebreak.cedarschema in ${folders.join(', ')}`]);
  const schema = readFileSync(schemaFile, 'utf8');

  const staticPolicies: Record<string, string> = {};
  const notes = new Map<string, { reason: string; asksApproval: boolean }>();
  for (const file of files.filter((name) => name.endsWith('.cedar'))) {
    const parts = cedar.policySetTextToParts(readFileSync(file, 'utf8'));
    if (parts.type === 'failure') throw invalid(file, parts.errors);
    if (parts.policy_templates.length > 0) throw invalid(file, [{ message: 'templates are not used here' }]);
    for (const [index, text] of parts.policies.entries()) {
      const json = cedar.policyToJson(text);
      if (json.type === 'failure') throw invalid(file, json.errors);
      const annotations = json.json.annotations ?? {};
      const id = annotations['id'] ?? `${file}#${index + 1}`;
      if (staticPolicies[id] !== undefined) throw invalid(file, [{ message: `two policies have the id "${id}"` }]);
      staticPolicies[id] = text;
      notes.set(id, {
        reason: annotations['reason'] ?? `policy "${id}"`,
        asksApproval: annotations['obligation'] === 'approval' && json.json.effect === 'forbid',
      });
    }
  }

  const validation = cedar.validate({ schema, policies: { staticPolicies }, validationSettings: { mode: 'strict' } });
  if (validation.type === 'failure') throw invalid(schemaFile, validation.errors);
  const wrong = validation.validationErrors.map(({ policyId, error }) => ({
    message: `policy "${policyId}": ${error.message}${error.help === null ? '' : ` (${error.help})`}`,
  }));
  if (wrong.length > 0) throw invalid(folders.join(', '), wrong);
  return preparsed(cedar, { schema, staticPolicies, notes });
}

interface PolicySource {
  schema: string;
  staticPolicies: Record<string, string>;
  notes: ReadonlyMap<string, { reason: string; asksApproval: boolean }>;
}

function invalid(file: string, problems: readonly { message: string }[]) {
  return errors.POLICY_INVALID([`${file}: ${problems.map(({ message }) => message).join('; ')}`], { where: { file } });
}

function preparsed(cedar: typeof Cedar, source: PolicySource): Policies {
  // The parsed forms live in the thread, under a name: one per content.
  const digest = createHash('sha256')
    .update(JSON.stringify([source.schema, source.staticPolicies]))
    .digest('hex');
  const name = `firebreak-${digest.slice(0, 16)}`;
  const parsed = [
    cedar.preparseSchema(name, source.schema),
    cedar.preparsePolicySet(name, { staticPolicies: source.staticPolicies }),
  ];
  for (const answer of parsed) if (answer.type === 'failure') throw invalid('policies', answer.errors);

  function ask(
    call: Pick<Cedar.StatefulAuthorizationCall, 'principal' | 'action' | 'resource' | 'context' | 'entities'>,
  ) {
    const answer = cedar.statefulIsAuthorized({
      ...call,
      preparsedSchemaName: name,
      preparsedPolicySetId: name,
      validateRequest: true,
    });
    // Fail-closed by hand: Cedar skips a policy that errs, a forbid too.
    if (answer.type === 'failure')
      return { outcome: 'deny' as const, reason: `The policies did not answer: ${textOf(answer.errors)}` };
    const { decision, diagnostics } = answer.response;
    const failed = diagnostics.errors[0];
    if (failed)
      return { outcome: 'deny' as const, reason: `Policy "${failed.policyId}" failed: ${failed.error.message}` };
    const reasons = diagnostics.reason.map((id) => source.notes.get(id) ?? { reason: id, asksApproval: false });
    const reason = reasons.map((one) => one.reason).join(' ') || 'No policy allows it.';
    if (decision === 'allow') return { outcome: 'allow' as const, reason };
    const asks = reasons.length > 0 && reasons.every(({ asksApproval }) => asksApproval);
    return { outcome: asks ? ('approval' as const) : ('deny' as const), reason };
  }

  const policies: Policies = { evaluate: (input) => ask(callOf(input)) };
  const odd = ask({ ...callOf(sample), action: { type: `${namespace}::Action`, id: 'no-such-action' } });
  if (odd.outcome === 'allow')
    throw invalid('policies', [{ message: 'an unknown action was allowed in the self-test' }]);
  const plain = ask(callOf(sample));
  if (plain.reason.startsWith('The policies did not answer') || plain.reason.startsWith('Policy "'))
    throw invalid('policies', [{ message: plain.reason }]);
  return policies;
}

function textOf(problems: readonly { message: string }[]): string {
  return problems.map(({ message }) => message).join('; ');
}

function callOf({ request, facts, target, durationS, prefix, family }: PolicyInput) {
  const principal = isPerson(request.requestedBy)
    ? { type: `${namespace}::User`, id: request.requestedBy }
    : { type: `${namespace}::Automation`, id: request.ruleId ?? request.requestedBy };
  const resource = { type: `${namespace}::Address`, id: target };
  return {
    principal,
    action: { type: `${namespace}::Action`, id: request.kind },
    resource,
    context: {
      severity: request.severityId,
      duration_s: durationS,
      earlier: facts.earlierContainments,
      field_trust: request.subject?.fieldTrust ?? 'person',
      channel_trust: request.subject?.channelTrust ?? 'person',
      rule_id: request.ruleId ?? '',
      playbook_id: request.playbookId ?? '',
      approved: facts.isApproved,
    },
    entities: [
      { uid: principal, attrs: {}, parents: [] },
      {
        uid: resource,
        attrs: { family, prefix, tags: [...facts.assetTags], demonstration: request.isDemonstration },
        parents: [],
      },
    ],
  };
}

/** For the self-test: an ordinary denial of an ordinary address. */
const sample: PolicyInput = {
  request: {
    tenantId: 'default',
    siteId: 'default',
    kind: 'deny-address',
    target: '203.0.113.66',
    subject: { role: 'actor', fieldTrust: 'anchored', channelTrust: 'authenticated' },
    requestedBy: 'system:respond',
    severityId: 4,
    durationS: 600,
    reason: 'self-test',
    isDemonstration: false,
  },
  facts: { assetTags: [], earlierContainments: 0, isApproved: false },
  target: '203.0.113.66',
  durationS: 600,
  prefix: 32,
  family: 4,
};
