import { defineErrors } from '../base/errors.ts';

export const errors = defineErrors('TRIAGE', {
  NO_INCIDENT: {
    kind: 'missing',
    message: (id: string) => `There is no incident ${id}.`,
    fix: 'List the incidents with `firebreak incident list`.',
  },
  BAD_TRANSITION: {
    kind: 'refused',
    message: (id: string, from: string, to: string) => `Incident ${id} is ${from} and cannot become ${to}.`,
    fix: 'new → in_progress → on_hold → resolved → closed; a resolved incident can go back to in_progress, a closed one stays closed.',
  },
  VERDICT_NEEDED: {
    kind: 'refused',
    message: (id: string) => `Incident ${id} has no verdict and cannot be closed.`,
    fix: 'Set a verdict first (true_positive, false_positive, benign, …), or give it with the closing.',
  },
  CHANGED_MEANWHILE: {
    kind: 'refused',
    message: (id: string, revision: number) => `Incident ${id} is at revision ${revision} by now.`,
    fix: 'Read the incident again and decide on what it says now.',
  },
  OPEN_ALREADY: {
    kind: 'refused',
    message: (id: string) =>
      `Incident ${id} cannot be taken up again: another one is open for the same entity and cause.`,
    fix: 'Work on the open incident, or merge this one into it.',
  },
  DECLARED_ALREADY: {
    kind: 'refused',
    message: (id: string) => `Incident ${id} is declared already.`,
    fix: 'A declaration stands; its time and who made it are on the incident.',
  },
  BAD_SPLIT: {
    kind: 'user',
    message: (detail: string) => `The incident cannot be split like this: ${detail}`,
    fix: 'Name some, but not all, of the findings of one open incident.',
  },
  BAD_MERGE: {
    kind: 'user',
    message: (detail: string) => `The incidents cannot be merged: ${detail}`,
    fix: 'Name two different open incidents of one tenant and site.',
  },
  BAD_POLICY: {
    kind: 'user',
    message: (text: string, detail: string) => `The condition "${text}" of triage.declare cannot be used: ${detail}`,
    fix: 'Write a CEL expression over `incident` that gives true or false, such as `incident.severity_id >= 5`; matches() is not available.',
  },
});
