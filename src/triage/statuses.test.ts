import { expect, test } from 'vitest';
import { IncidentStatus } from '../schema/incident.ts';
import { advance, transitions } from './statuses.ts';

test('every transition of the table is taken, every other one is refused', () => {
  for (const from of IncidentStatus.options)
    for (const to of IncidentStatus.options) {
      const go = () => advance({ id: 'incident--1', status: from, verdict: 'benign' }, to, 5);
      if (transitions[from].includes(to))
        expect(go()).toMatchObject({ status: to, closedAtMs: to === 'closed' ? 5 : null });
      else expect(go).toThrow(`is ${from} and cannot become ${to}`);
    }
});

test('every status leads to closed, and closed leads nowhere', () => {
  expect(transitions.closed).toEqual([]);
  for (const status of IncidentStatus.options) if (status !== 'closed') expect(transitions[status]).toContain('closed');
});

test('closing needs a verdict', () => {
  expect(() => advance({ id: 'incident--1', status: 'new', verdict: null }, 'closed', 0)).toThrow('has no verdict');
});
