import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { hasCorpus, readCorpus } from '../../../test/corpus.ts';
import { FirebreakError } from '../../base/errors.ts';
import { initialValues, invalidityAt, processingSummary, readPlaybook, substitute, type Playbook } from './index.ts';

const id = (type: string, n: number) => `${type}--00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const agent = id('linux', 1);
const action = (next: object, more: object = {}) => ({
  type: 'action',
  name: 'act',
  agent,
  commands: [{ type: 'bash', command: 'do __x__:value' }],
  ...next,
  ...more,
});

/** start → action → end, with what the test changes. */
function body(
  change: (value: Record<string, unknown> & { workflow: Record<string, unknown> }) => void = () => {},
): string {
  const value = {
    type: 'playbook',
    spec_version: 'cacao-2.0',
    id: id('playbook', 1),
    name: 'test',
    created_by: id('identity', 1),
    created: '2026-01-01T00:00:00.000Z',
    modified: '2026-01-02T00:00:00.000Z',
    playbook_variables: { __x__: { type: 'string', value: 'v' } },
    workflow_start: id('start', 1),
    workflow: {
      [id('start', 1)]: { type: 'start', on_completion: id('action', 1) },
      [id('action', 1)]: action({ on_completion: id('end', 1) }),
      [id('end', 1)]: { type: 'end' },
    },
    agent_definitions: { [agent]: { type: 'linux', name: 'a', address: { ipv4: ['192.0.2.1'] } } },
  };
  change(value);
  return JSON.stringify(value, undefined, 2);
}

function problemsOf(text: string) {
  const read = readPlaybook(text);
  return 'problems' in read ? read.problems : [];
}

function playbookOf(text: string): Playbook {
  const read = readPlaybook(text);
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.playbook;
}

describe('reading a playbook', () => {
  it('takes a sound one', () => {
    expect(problemsOf(body())).toEqual([]);
  });

  it.each<[string, RegExp, Parameters<typeof body>[0]]>([
    [
      'a dangling step',
      /There is no step action--.*9/,
      (p) => (p.workflow[id('start', 1)] = { type: 'start', on_completion: id('action', 9) }),
    ],
    ['a missing agent', /agent .* is not defined/, (p) => (p['agent_definitions'] = {})],
    [
      'a missing target',
      /target .* is not defined/,
      (p) => (p.workflow[id('action', 1)] = action({ on_completion: id('end', 1) }, { targets: [id('linux', 7)] })),
    ],
    ['an undeclared variable in a command', /__x__ is not declared/, (p) => (p['playbook_variables'] = {})],
    [
      'an undeclared out_arg',
      /__y__ is not declared/,
      (p) => (p.workflow[id('action', 1)] = action({ on_completion: id('end', 1) }, { out_args: ['__y__'] })),
    ],
    [
      'a constant in out_args',
      /__x__ is constant/,
      (p) => {
        p['playbook_variables'] = { __x__: { type: 'string', value: 'v', constant: true } };
        p.workflow[id('action', 1)] = action({ on_completion: id('end', 1) }, { out_args: ['__x__'] });
      },
    ],
    [
      'a path that does not end',
      /leads nowhere/,
      (p) => (p.workflow[id('action', 1)] = action({ on_failure: id('end', 1) })),
    ],
    [
      'both forms of a next step',
      /excludes on_success/,
      (p) => (p.workflow[id('action', 1)] = action({ on_completion: id('end', 1), on_failure: id('end', 1) })),
    ],
    [
      'a circle',
      /in a circle/,
      (p) => {
        p.workflow[id('action', 1)] = action({ on_completion: id('action', 2) });
        p.workflow[id('action', 2)] = action({ on_success: id('end', 1), on_failure: id('action', 1) });
      },
    ],
    [
      'an end that a branch shares',
      /closes a branch/,
      (p) => {
        p.workflow[id('start', 1)] = { type: 'start', on_completion: id('if-condition', 1) };
        p.workflow[id('if-condition', 1)] = {
          type: 'if-condition',
          condition: "__x__:value = 'v'",
          on_true: id('action', 1),
          on_completion: id('end', 1),
        };
      },
    ],
    [
      'a broken condition',
      /character 14/,
      (p) => {
        p.workflow[id('start', 1)] = { type: 'start', on_completion: id('if-condition', 1) };
        p.workflow[id('if-condition', 1)] = {
          type: 'if-condition',
          condition: '__x__:value =',
          on_true: id('action', 1),
          on_completion: id('end', 2),
        };
        p.workflow[id('end', 2)] = { type: 'end' };
      },
    ],
    ['an unknown step type', /Invalid/, (p) => (p.workflow[id('action', 1)] = { type: 'dance' })],
    ['an unknown property', /Unrecognized key/, (p) => (p['surprise'] = 1)],
    ['a type that the id does not have', /does not begin with/, (p) => (p.workflow[id('action', 1)] = { type: 'end' })],
    [
      'a secret',
      /A secret stands/,
      (p) =>
        (p['authentication_info_definitions'] = {
          [id('user-auth', 1)]: { type: 'user-auth', username: 'u', password: 'hunter2' },
        }),
    ],
    [
      'a wrong summary',
      /It says true, the playbook says false/,
      (p) => (p['playbook_processing_summary'] = { while_logic: true }),
    ],
    [
      'an extension nobody defined',
      /extension .* is not defined/,
      (p) => (p['playbook_extensions'] = { [id('extension-definition', 1)]: {} }),
    ],
    ['a missing start', /There is no step start/, (p) => (p['workflow_start'] = id('start', 9))],
    ['an exception step that is not there', /There is no step end/, (p) => (p['workflow_exception'] = id('end', 9))],
    [
      'a validity that ends before it begins',
      /not after/,
      (p) => {
        p['valid_from'] = '2026-02-01T00:00:00Z';
        p['valid_until'] = '2026-01-01T00:00:00Z';
      },
    ],
    [
      'no action at all',
      /no action step/,
      (p) => {
        p.workflow[id('start', 1)] = { type: 'start', on_completion: id('end', 1) };
        delete p.workflow[id('action', 1)];
      },
    ],
  ])('refuses %s, with place and fix', (_name, message, change) => {
    const problems = problemsOf(body(change));
    const found = problems.find((problem) => message.test(problem.message));
    expect(found, JSON.stringify(problems)).toBeDefined();
    expect(found?.line).toBeGreaterThan(0);
    expect(found?.fix).not.toBe('');
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });

  it('names the line of a dangling step', () => {
    const text = body((p) => (p.workflow[id('start', 1)] = { type: 'start', on_completion: id('action', 9) }));
    const line = text.split('\n').findIndex((one) => one.includes('on_completion')) + 1;
    expect(problemsOf(text)[0]?.line).toBe(line);
  });

  it('names the place in text that is no JSON', () => {
    expect(problemsOf('{\n  "type": "playbook",\n  oops\n}')[0]).toMatchObject({
      message: expect.stringMatching(/no JSON/),
    });
  });

  it('copes with a chain of thousands of steps', () => {
    const text = body((p) => {
      for (let n = 1; n < 4_000; n += 1) p.workflow[id('action', n)] = action({ on_completion: id('action', n + 1) });
      p.workflow[id('action', 4_000)] = action({ on_completion: id('end', 1) });
    });
    expect(problemsOf(text)).toEqual([]);
  });
});

describe('variables', () => {
  it('are put in once: a value that looks like a reference stays text', () => {
    const values = new Map([
      ['__a__', '__b__:value'],
      ['__b__', 'x'],
    ]);
    expect(substitute('__a__:value and __b__:value', values)).toBe('__b__:value and x');
  });

  it('without a value are an error', () => {
    expect(() => substitute('__c__:value', new Map())).toThrow(FirebreakError);
    expect(() => substitute('__constructor__:value', new Map())).toThrow(FirebreakError);
  });

  it('take a value from the caller only when they are external', () => {
    const playbook = playbookOf(
      body(
        (p) =>
          (p['playbook_variables'] = {
            __x__: { type: 'string', external: true },
            __y__: { type: 'string', value: 'own' },
          }),
      ),
    );
    expect(initialValues(playbook, { __x__: 'given' })).toEqual({
      values: new Map([
        ['__x__', 'given'],
        ['__y__', 'own'],
      ]),
    });
    expect(initialValues(playbook, {})).toHaveProperty('refused');
    expect(initialValues(playbook, { __x__: 'a', __y__: 'b' })).toHaveProperty('refused');
    expect(initialValues(playbook, { __x__: 'a', __z__: 'b' })).toHaveProperty('refused');
  });
});

describe('a playbook', () => {
  it('runs only while it is valid', () => {
    const playbook = playbookOf(body((p) => (p['valid_until'] = '2026-06-01T00:00:00Z')));
    expect(invalidityAt(playbook, Date.parse('2026-05-01T00:00:00Z'))).toBeUndefined();
    expect(invalidityAt(playbook, Date.parse('2026-06-01T00:00:00Z'))).toMatch(/until/);
    expect(invalidityAt(playbookOf(body((p) => (p['revoked'] = true))), 0)).toMatch(/revoked/);
  });

  it('is summed up by what it really uses', () => {
    const playbook = playbookOf(
      body((p) => (p.workflow[id('action', 1)] = action({ on_completion: id('end', 1) }, { timeout: 5 }))),
    );
    expect(processingSummary(playbook)).toMatchObject({ temporal_logic: true, if_logic: false, extensions: false });
  });
});

const examples = 'standards/cacao/playbooks';
describe.skipIf(!hasCorpus(examples))('playbooks of others', () => {
  it.each([
    'oasis-tcs-basic-example-1.json',
    'oasis-tcs-spec-3.1-example.json',
    'soarca-http.json',
    'soarca-manual.json',
  ])('%s is read', (name) => {
    expect(problemsOf(readCorpus(`${examples}/${name}`))).toEqual([]);
  });

  it.each([
    'soarca-test-infinite_playbook.json',
    'soarca-test-invalid_playbook.json',
    'soarca-test-changed-playbook.json',
  ])('%s is refused', (name) => {
    expect(problemsOf(readCorpus(`${examples}/${name}`)).length).toBeGreaterThan(0);
  });

  it('every vector is a sound playbook', () => {
    const { vectors } = z
      .object({ vectors: z.array(z.object({ playbooks: z.array(z.unknown()) })) })
      .parse(JSON.parse(readCorpus('standards/cacao/execution-vectors.json')));
    for (const vector of vectors)
      for (const playbook of vector.playbooks) expect(problemsOf(JSON.stringify(playbook))).toEqual([]);
  });
});
