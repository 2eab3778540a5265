import { Environment, type ASTNode } from '@marcbachmann/cel-js';
import { messageOf } from '../../base/errors.ts';
import type { Finding } from '../../schema/finding.ts';
import type { Incident } from '../../schema/incident.ts';
import type { Trigger } from './playbook.ts';

/** Lists longer than this are cut before a trigger sees them, so that no log can make one slow. */
const maxListLength = 64;

const environment = new Environment({
  limits: { maxAstNodes: 300, maxDepth: 24, maxListElements: 64, maxMapEntries: 16, maxCallArguments: 8 },
})
  .registerVariable({
    name: 'incident',
    schema: {
      number: 'int',
      title: 'string',
      stage: 'string',
      status: 'string',
      severity_id: 'int',
      risk_score: 'double',
      entity_type: 'string',
      entity_value: 'string',
      cause: 'string',
      finding_count: 'int',
      event_count: 'int',
      is_demonstration: 'bool',
    },
  })
  .registerVariable({
    name: 'finding',
    schema: {
      rule_id: 'string',
      rule_title: 'string',
      severity_id: 'int',
      cause: 'string',
      message: 'string',
      techniques: 'list<string>',
      source_ids: 'list<string>',
      event_count: 'int',
      is_demonstration: 'bool',
    },
  });

/**
 * Reads a trigger: CEL over `finding` and `incident` that gives a boolean. Refused with a reason: a wrong type, an
 * unknown field, too long or deep, comprehensions inside one another, and `matches` (its engine is not linear-time).
 */
export function compileTrigger(text: string): { trigger: Trigger } | { problem: string } {
  try {
    const check = environment.check(text);
    if (!check.valid) return { problem: check.error?.message ?? 'It is no valid CEL.' };
    if (check.type !== 'bool') return { problem: `It gives ${check.type}, not a boolean.` };
    const evaluate = environment.parse(text);
    const refused = refusedCall(evaluate.ast, 0);
    if (refused) return { problem: refused };
    return {
      trigger: (incident, finding) => {
        try {
          return { fires: evaluate({ incident: incidentOf(incident), finding: findingOf(finding) }) === true };
        } catch (error) {
          return { fires: false, error: messageOf(error) };
        }
      },
    };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

const comprehensions = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

function refusedCall(node: unknown, depth: number): string | undefined {
  if (Array.isArray(node)) {
    for (const child of node) {
      const found = refusedCall(child, depth);
      if (found) return found;
    }
    return undefined;
  }
  if (!isNode(node)) return undefined;
  let inner = depth;
  if (node.op === 'rcall' || node.op === 'call') {
    const [name] = node.args;
    if (name === 'matches') return '`matches` is not allowed here; use ==, in, startsWith, endsWith or contains.';
    if (node.op === 'rcall' && comprehensions.has(name)) inner += 1;
    if (inner > 1) return `\`${name}\` stands inside another loop over a list; one level is allowed.`;
  }
  return refusedCall(node.args, inner);
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

function incidentOf(incident: Incident): Record<string, unknown> {
  return {
    number: BigInt(incident.number),
    title: incident.title,
    stage: incident.stage,
    status: incident.status,
    severity_id: BigInt(incident.severity_id),
    risk_score: incident.risk_score,
    entity_type: incident.entity_type,
    entity_value: incident.entity_value,
    cause: incident.cause,
    finding_count: BigInt(incident.finding_count),
    event_count: BigInt(incident.event_count),
    is_demonstration: incident.is_demonstration,
  };
}

function findingOf(finding: Finding): Record<string, unknown> {
  return {
    rule_id: finding.rule_id,
    rule_title: finding.rule_title,
    severity_id: BigInt(finding.severity_id),
    cause: finding.cause,
    message: finding.message,
    techniques: finding.attacks.slice(0, maxListLength).map((attack) => attack.technique_id),
    source_ids: finding.source_ids.slice(0, maxListLength),
    event_count: BigInt(finding.event_count),
    is_demonstration: finding.is_demonstration,
  };
}
