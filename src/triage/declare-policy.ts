import { Environment } from '@marcbachmann/cel-js';
import { messageOf } from '../base/errors.ts';
import type { Incident } from '../schema/incident.ts';
import { errors } from './errors.ts';

/** Gives the first condition that holds, or undefined. A condition that fails on this incident does not hold. */
export type DeclarePolicy = (incident: Incident) => string | undefined;

/**
 * The owner's written policy: CEL conditions over `incident`, of which any one declares. Throws TRIAGE.BAD_POLICY.
 * matches() is refused, because its regular expressions do not run in linear time here.
 */
export function readDeclarePolicy(conditions: readonly string[]): DeclarePolicy {
  const environment = new Environment({
    unlistedVariablesAreDyn: false,
    limits: { maxAstNodes: 500, maxDepth: 20, maxListElements: 100, maxMapEntries: 20, maxCallArguments: 8 },
  }).registerVariable('incident', 'map');
  const compiled = conditions.map((text) => {
    try {
      const run = environment.parse(text);
      const checked = run.check();
      if (!checked.valid) throw checked.error ?? new Error('it does not check');
      if (callsMatches(run.ast)) throw new Error('it calls matches()');
      return { text, run };
    } catch (cause) {
      throw errors.BAD_POLICY([text, messageOf(cause).split('\n')[0] ?? ''], { cause });
    }
  });
  return (incident) => {
    const known = viewOf(incident);
    return compiled.find(({ run }) => {
      try {
        return run({ incident: known }) === true;
      } catch {
        return false;
      }
    })?.text;
  };
}

function viewOf(incident: Incident): Record<string, unknown> {
  const whole = (number: number) => BigInt(Math.trunc(number));
  return {
    title: incident.title,
    tenant_id: incident.tenant_id,
    site_id: incident.site_id,
    stage: incident.stage,
    status: incident.status,
    severity_id: whole(incident.severity_id),
    risk_score: incident.risk_score,
    entity_type: incident.entity_type,
    entity_value: incident.entity_value,
    cause: incident.cause,
    finding_count: whole(incident.finding_count),
    event_count: whole(incident.event_count),
    is_demonstration: incident.is_demonstration,
  };
}

/** Walks the parsed expression; only a call node counts, a string "matches" is a string. */
function callsMatches(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(callsMatches);
  if (typeof node !== 'object' || node === null || !('args' in node)) return false;
  const { args } = node;
  const isCall = 'op' in node && (node.op === 'rcall' || node.op === 'call');
  return (isCall && Array.isArray(args) && args[0] === 'matches') || callsMatches(args);
}
