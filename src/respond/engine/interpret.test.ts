import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { hasCorpus, readCorpus } from '../../../test/corpus.ts';
import { readPlaybook, type Playbook } from '../../standards/cacao/index.ts';
import { interpret, type World } from './interpret.ts';

const path = 'standards/cacao/execution-vectors.json';

const Vector = z.object({
  name: z.string(),
  playbooks: z.array(z.unknown()).min(1),
  inputs: z.record(z.string(), z.string()),
  now: z.string(),
  agent_results: z.record(
    z.string(),
    z.array(
      z.object({
        ok: z.boolean(),
        takes_ms: z.number().optional(),
        set: z.record(z.string(), z.string()).optional(),
      }),
    ),
  ),
  expect: z.looseObject({
    state: z.string().optional(),
    state_any_of: z.array(z.string()).optional(),
    steps: z.array(z.string()).optional(),
    commands: z.array(z.string()).optional(),
    never_commands: z.array(z.string()).optional(),
    step_status: z.record(z.string(), z.string()).optional(),
  }),
});
type Vector = z.infer<typeof Vector>;

/** Step types that are refused when a playbook is loaded, until they are executed. */
const notYet = new Set(['parallel', 'playbook-action']);

const states: Record<string, string> = { successfully_completed: 'succeeded', failed: 'failed', refused: 'refused' };
const statuses: Record<string, string> = {
  successfully_completed: 'succeeded',
  failed: 'failed',
  timeout_error: 'timeout',
};

function playbookOf(value: unknown): Playbook {
  const read = readPlaybook(JSON.stringify(value));
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.playbook;
}

/** Runs a vector against the answers it prescribes, with a clock that only moves when somebody waits. */
async function execute(vector: Vector) {
  const playbook = playbookOf(vector.playbooks[0]);
  const steps: string[] = [];
  const commands: string[] = [];
  const names: string[] = [];
  const stepStatus: Record<string, string> = {};
  const runs = new Map<string, number>();
  let nowMs = Date.parse(vector.now);
  const enter = (name: string) => {
    if (steps.at(-1) !== name) steps.push(name);
  };
  const world: World = {
    startedAt: nowMs,
    wait: async (name, ms) => {
      names.push(name);
      nowMs += ms;
    },
    attempt: async (name, attempt) => {
      names.push(name);
      enter(attempt.step.name ?? '');
      const text = attempt.command.command ?? '';
      commands.push(text);
      const run = runs.get(text) ?? 0;
      runs.set(text, run + 1);
      const answers = vector.agent_results[text] ?? [{ ok: true }];
      const answer = answers[run] ?? answers.at(-1) ?? { ok: true };
      const takesMs = answer.takes_ms ?? 0;
      const status = takesMs > attempt.timeoutMs ? 'timeout_error' : answer.ok ? 'successfully_completed' : 'failed';
      stepStatus[attempt.step.name ?? ''] = statuses[status] ?? status;
      return { status, detail: '', out: answer.set ?? {}, durationMs: takesMs };
    },
    note: async (passed) => {
      if (passed.step.type === 'start' || passed.step.type === 'end') enter(passed.step.name ?? '');
      stepStatus[passed.step.name ?? ''] = statuses[passed.status] ?? passed.status;
    },
  };
  const result = await interpret(playbook, vector.inputs, world);
  return { state: states[result.status] ?? result.status, detail: result.detail, steps, commands, names, stepStatus };
}

describe.skipIf(!hasCorpus(path))('the execution vectors of CACAO 2.0', () => {
  const vectors = hasCorpus(path)
    ? z.object({ vectors: z.array(Vector) }).parse(JSON.parse(readCorpus(path))).vectors
    : [];
  const ours = vectors.filter((vector) =>
    vector.playbooks.every((playbook) =>
      Object.values(playbookOf(playbook).workflow).every((step) => !notYet.has(step.type)),
    ),
  );

  it('leaves out only what is refused at load', () => {
    expect(vectors.length - ours.length).toBe(3);
    expect(ours.length).toBeGreaterThanOrEqual(29);
  });

  it.each(ours.map((vector) => [vector.name, vector] as const))('%s', async (_name, vector) => {
    const found = await execute(vector);
    const { expect: wanted } = vector;
    expect(wanted.state_any_of ?? [wanted.state]).toContain(found.state);
    // Control steps are entered between others and carry no effect: the vectors list them where they are entered.
    if (wanted.steps) {
      const control = new Set(
        Object.values(playbookOf(vector.playbooks[0]).workflow)
          .filter((step) => step.type.endsWith('-condition'))
          .map((step) => step.name),
      );
      expect(found.steps).toEqual(wanted.steps.filter((name) => !control.has(name)));
    }
    if (wanted.commands) expect(found.commands).toEqual(wanted.commands);
    for (const command of wanted.never_commands ?? []) expect(found.commands).not.toContain(command);
    expect(found.stepStatus).toMatchObject(wanted.step_status ?? {});
    expect(new Set(found.names).size).toBe(found.names.length);
  });
});
