import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findingOf, subject } from '../../../test/findings.ts';
import type { Incident } from '../../schema/incident.ts';
import { actionNames } from '../engine/actions/respond-actions.ts';
import { choosePlaybooks } from './choose-playbooks.ts';
import { compileTrigger } from './compile-trigger.ts';
import { loadPlaybook } from './load-playbook.ts';
import { extensionId, type LoadedPlaybook } from './playbook.ts';

const shipped = readFileSync(
  join(import.meta.dirname, '../../../content/playbooks/contain-attack-source.json'),
  'utf8',
);
const at = new Date(1_767_225_600_000);

function incidentOf(more: Partial<Incident> = {}): Incident {
  return {
    id: 'incident--1',
    number: 7,
    tenant_id: 'default',
    site_id: 'default',
    title: 'Guessing',
    stage: 'suspected',
    status: 'new',
    severity_id: 3,
    risk_score: 40,
    risk_terms: [],
    entity_type: 'ip',
    entity_value: '203.0.113.5',
    cause: 'ssh-guessing',
    finding_count: 1,
    event_count: 9,
    first_seen_at: at,
    last_seen_at: at,
    declared_at: null,
    declared_by: null,
    assignee: null,
    verdict: null,
    verdict_by: null,
    is_demonstration: false,
    revision: 1,
    created_at: at,
    updated_at: at,
    closed_at: null,
    ...more,
  };
}

function load(text = shipped): LoadedPlaybook {
  const loaded = loadPlaybook(text, 'shipped.json', actionNames);
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  return loaded.playbook;
}

const finding = (subjects: Parameters<typeof findingOf>[2], more: Parameters<typeof findingOf>[3] = {}) =>
  findingOf(`f${JSON.stringify(subjects)}${JSON.stringify(more)}`, at.getTime(), subjects, more);

describe('choosing playbooks', () => {
  it('contains the actor of the incident, and nobody else', () => {
    const [choice] = choosePlaybooks(
      {
        incident: incidentOf(),
        findings: [
          finding([
            subject('ip', 'actor', '203.0.113.5'),
            subject('ip', 'victim', '192.0.2.1'),
            subject('ip', 'intermediary', '192.0.2.2'),
            subject('ip', 'actor', '203.0.113.6'),
            subject('user', 'target', 'root'),
          ]),
        ],
      },
      [load()],
    );
    expect(choice?.contain.map((wish) => wish.target.value)).toEqual(['203.0.113.5']);
    expect(choice?.contain[0]).toMatchObject({
      kind: 'deny-address',
      durationS: undefined,
      ruleIds: ['rule-ssh-brute-force'],
    });
    expect(choice?.ruleId).toBe('rule-ssh-brute-force');
  });

  it('is not chosen when the findings name no source, or are too mild', () => {
    const playbooks = [load()];
    expect(
      choosePlaybooks({ incident: incidentOf(), findings: [finding([subject('user', 'actor', 'root')])] }, playbooks),
    ).toEqual([]);
    const mild = finding([subject('ip', 'actor', '203.0.113.5')], { severity_id: 2 });
    expect(choosePlaybooks({ incident: incidentOf(), findings: [mild] }, playbooks)).toEqual([]);
  });

  it('takes the sighting that is easiest to believe, and every rule that names the target', () => {
    const incident = incidentOf();
    const free = finding([subject('ip', 'actor', '203.0.113.5', { field_trust: 'free' })], {
      rule_id: 'rule-a',
      severity_id: 5,
    });
    const anchored = finding([subject('ip', 'actor', '203.0.113.5')], { rule_id: 'rule-b' });
    const [choice] = choosePlaybooks({ incident, findings: [anchored, free] }, [load()]);
    expect(choice?.contain).toHaveLength(1);
    expect(choice?.contain[0]).toMatchObject({ target: { field_trust: 'anchored' }, ruleIds: ['rule-a', 'rule-b'] });
    expect(choice?.ruleId).toBe('rule-a');
  });

  it('counts an IPv6 source by its /64', () => {
    const incident = incidentOf({ entity_value: '2001:db8::/64' });
    const findings = [
      finding([
        subject('ip', 'actor', '2001:db8::1'),
        subject('ip', 'actor', '2001:db8::2'),
        subject('ip', 'actor', '2001:db8:1::1'),
      ]),
    ];
    expect(choosePlaybooks({ incident, findings }, [load()])[0]?.contain).toHaveLength(1);
  });

  it('never asks for more than a bounded number of targets', () => {
    const incident = incidentOf({ entity_type: 'user', entity_value: 'root' });
    const findings = [finding(Array.from({ length: 200 }, (_, n) => subject('ip', 'actor', `203.0.113.${n}`)))];
    expect(choosePlaybooks({ incident, findings }, [load()])[0]?.contain.length).toBe(32);
  });

  it('goes on with the others when one trigger fails', () => {
    const broken: LoadedPlaybook = {
      ...load(),
      id: 'playbook--broken',
      trigger: () => ({ fires: false, error: 'no' }),
    };
    const findings = [finding([subject('ip', 'actor', '203.0.113.5')])];
    expect(choosePlaybooks({ incident: incidentOf(), findings }, [broken, load()])).toHaveLength(1);
  });
});

describe('a trigger', () => {
  it.each([
    ['finding.severity_id >= 4 && incident.risk_score > 10.0', true],
    ['finding.techniques.exists(t, t.startsWith("T1110"))', true],
    ['finding.rule_id in ["rule-ssh-brute-force"]', true],
    ['incident.is_demonstration', false],
  ])('%s gives %s', (text, expected) => {
    const compiled = compileTrigger(text);
    if ('problem' in compiled) throw new Error(compiled.problem);
    expect(compiled.trigger(incidentOf(), finding([], { severity_id: 4 }))).toEqual({ fires: expected });
  });

  it.each([
    ['finding.nothing == 1', /nothing/],
    ['finding.severity_id', /boolean/],
    ['finding.severity_id >= "4"', /overload/],
    ['finding.message.matches("^(a+)+$")', /matches/],
    ['finding.techniques.exists(a, finding.techniques.exists(b, a == b))', /one level/],
    ['1 +', /EOF/],
    [`${'('.repeat(100)}true${')'.repeat(100)}`, /./],
    [Array.from({ length: 400 }, () => 'true').join(' && '), /./],
  ])('%s is refused', (text, reason) => {
    const compiled = compileTrigger(text);
    expect('problem' in compiled ? compiled.problem : '').toMatch(reason);
  });

  it('of any text is refused or answers, and never throws', () => {
    const parts = [
      'finding',
      '.',
      'severity_id',
      ' ',
      '>=',
      '3',
      '"a"',
      '(',
      ')',
      '[',
      ']',
      '&&',
      '!',
      '?',
      ':',
      'exists',
      'x',
      ',',
      '__proto__',
      'constructor',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 15 }), (words) => {
        const compiled = compileTrigger(words.join(''));
        if ('trigger' in compiled) expect(compiled.trigger(incidentOf(), finding([])).fires).toBeTypeOf('boolean');
      }),
    );
  });
});

describe('loading a playbook', () => {
  const change = (text: string, edit: (value: ReturnType<typeof JSON.parse>) => void): string => {
    const value: unknown = JSON.parse(text);
    edit(value);
    return JSON.stringify(value, undefined, 1);
  };
  const problemsOf = (text: string) => {
    const loaded = loadPlaybook(text, 'x.json', actionNames);
    return 'problems' in loaded ? loaded.problems.map((problem) => problem.message).join('\n') : '';
  };

  it('takes the shipped one, with its ATT&CK and D3FEND ids and its blast radius', () => {
    expect(load().response).toMatchObject({ attack: ['T1110', 'T1190', 'T1595'], d3fend: ['D3-ITF'] });
    expect(load().response.blast_radius).not.toBe('');
  });

  it('refuses what is not executed yet, naming the step', () => {
    const parallel = change(shipped, (value) => {
      const start = value.workflow[value.workflow_start];
      const steps = ['action--2e8f5a06-b3d7-4c91-8f64-a0d95e1c7b28', 'action--91c7d4e3-0b5a-4f28-b6e9-3d8a2f60c175'];
      const id = 'parallel--2e8f5a06-b3d7-4c91-8f64-a0d95e1c7b29';
      value.workflow[id] = {
        type: 'parallel',
        name: 'both at once',
        next_steps: steps,
        on_completion: start.on_completion,
      };
      delete value.playbook_processing_summary;
      start.on_completion = id;
    });
    expect(problemsOf(parallel)).toMatch(/"both at once" is of type parallel|closes a branch/);
    const bash = change(shipped, (value) => {
      value.workflow['action--2e8f5a06-b3d7-4c91-8f64-a0d95e1c7b28'].commands = [{ type: 'bash', command: 'rm' }];
    });
    expect(problemsOf(bash)).toMatch(/"Enrich" has a command of type bash/);
  });

  it('refuses a containment whose step does not adopt it, and a bad trigger', () => {
    const elsewhere = change(shipped, (value) => {
      value.playbook_extensions[extensionId].contain[0].step = value.workflow_exception;
    });
    expect(problemsOf(elsewhere)).toMatch(/no action step with the command firebreak:deny-address/);
    const trigger = change(shipped, (value) => {
      value.playbook_extensions[extensionId].trigger = 'finding.severity';
    });
    expect(problemsOf(trigger)).toMatch(/The trigger is refused/);
  });
});
