import { counted } from '../../base/counted.ts';
import type { RiskTerm } from '../../schema/incident.ts';
import { severityNames } from '../../schema/severity.ts';
import type { Facts } from './facts.ts';
import { severityOf } from './severity.ts';

export interface Risk {
  score: number;
  terms: RiskTerm[];
}

/** [T40] The sum of the terms, cut to 0..100 and rounded to one decimal. Every term that is not 0 is shown. Formulas: SPEC.md. */
export function riskOf(facts: Facts): Risk {
  const terms = [
    severityTerm(facts),
    countTerm(facts),
    breakInTerm(facts),
    importanceTerm(facts),
    victimsTerm(facts),
    confidenceTerm(facts),
    trustTerm(facts),
    formerTerm(facts),
  ].filter((term) => term !== undefined && term.points !== 0);
  const sum = terms.reduce((total, term) => total + (term?.points ?? 0), 0);
  return { score: tenth(Math.min(100, Math.max(0, sum))), terms: terms.filter((term) => term !== undefined) };
}

const tenth = (points: number) => Math.round(points * 10) / 10;

const severityPoints = [0, 5, 15, 30, 50, 70, 80];

/** [T41] */
function severityTerm(facts: Facts): RiskTerm {
  const severity = severityOf(facts);
  const raised =
    severity > facts.worst ? `, raised from ${severityNames[facts.worst]} because a vital machine suffers` : '';
  return {
    name: 'severity',
    points: severityPoints[severity] ?? 0,
    reason: `The worst finding is ${severityNames[severity] ?? severity}${raised}.`,
  };
}

/** [T42] 3 × log10(events), at most 10. */
function countTerm(facts: Facts): RiskTerm {
  return {
    name: 'count',
    points: tenth(Math.min(10, 3 * Math.log10(Math.max(1, facts.eventCount)))),
    reason: `${facts.ruleCount > 1 ? 'At least ' : ''}${counted(facts.eventCount, 'event')} in ${counted(facts.findingCount, 'finding')}.`,
  };
}

/** [T43] */
function breakInTerm(facts: Facts): RiskTerm | undefined {
  const has = (technique: string) =>
    facts.techniqueIds.some((id) => id === technique || id.startsWith(`${technique}.`));
  return has('T1110') && has('T1078')
    ? {
        name: 'success_after_failures',
        points: 15,
        reason: 'Guessing (T1110) and a valid account in use (T1078) in one incident.',
      }
    : undefined;
}

const importancePoints = [0, -5, 0, 6, 12];

/** [T44] */
function importanceTerm(facts: Facts): RiskTerm | undefined {
  return facts.importanceOf === null
    ? undefined
    : {
        name: 'asset_importance',
        points: importancePoints[facts.importance] ?? 0,
        reason: `${facts.importanceOf} has importance ${facts.importance} of 4.`,
      };
}

/** [T45] 4 × log2(the larger of machines and accounts), at most 12. */
function victimsTerm(facts: Facts): RiskTerm {
  const victims = Math.max(1, facts.victimHosts, facts.victimUsers);
  return {
    name: 'victims',
    points: tenth(Math.min(12, 4 * Math.log2(victims))),
    reason: `${counted(facts.victimHosts, 'machine')} and ${counted(facts.victimUsers, 'account')} suffered or were aimed at.`,
  };
}

/** [T46] 20 × (precision − ½) by the rule of succession, only from 3 verdicts of people on; −8..+8 or so, never decisive. */
function confidenceTerm(facts: Facts): RiskTerm | undefined {
  const verdicts = facts.truePositives + facts.falsePositives;
  if (verdicts < 3) return undefined;
  const precision = (facts.truePositives + 1) / (verdicts + 2);
  return {
    name: 'rule_confidence',
    points: tenth(20 * (precision - 0.5)),
    reason: `People found ${facts.truePositives} of the last ${verdicts} incidents of these rules to be true.`,
  };
}

/** [T47] */
function trustTerm(facts: Facts): RiskTerm | undefined {
  return facts.isTrusted
    ? undefined
    : {
        name: 'trust',
        points: -10,
        reason: 'What it is about is only named in free text or by an unauthenticated sender.',
      };
}

/** [T48] */
function formerTerm(facts: Facts): RiskTerm | undefined {
  return facts.formerVerdict === 'false_positive' || facts.formerVerdict === 'benign'
    ? {
        name: 'former_verdict',
        points: -15,
        reason: `The last incident of the same entity and cause was found to be ${facts.formerVerdict.replace('_', ' ')}.`,
      }
    : undefined;
}
