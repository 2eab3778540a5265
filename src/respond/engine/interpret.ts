import {
  declaredValue,
  initialValues,
  invalidityAt,
  substitute,
  type Command,
  type Playbook,
  type Step,
  type StepOf,
  type Values,
} from '../../standards/cacao/index.ts';
import { evaluateComparison, parseComparison } from '../../standards/stix/index.ts';
import { FirebreakError } from '../../base/errors.ts';
import type { ExecutionStatus, StepStatus } from './execution.ts';

/** One effect of an action step, ready to be carried out: its text has values in the place of variables. */
export interface Attempt {
  stepId: string;
  iteration: number;
  commandIndex: number;
  step: StepOf<'action'>;
  command: Command;
  /** Values of the step's in_args. */
  args: Readonly<Record<string, string>>;
  /** What is left of the step's time. */
  timeoutMs: number;
}

export interface AttemptResult {
  status: Exclude<StepStatus, 'ongoing' | 'await_user_input'>;
  detail: string;
  /** Variables by name, taken when the step names them in out_args. */
  out: Readonly<Record<string, string>>;
  durationMs: number;
}

/**
 * What the interpreter needs of the world. The result of every named call is on record and the same when a run resumes:
 * between two calls the interpreter is a pure function of their results.
 */
export interface World {
  /** Epoch ms at which the run began; the same at every replay. */
  startedAt: number;
  wait(name: string, ms: number): Promise<void>;
  attempt(name: string, attempt: Attempt): Promise<AttemptResult>;
  /** A step without an effect was passed; its outcome goes on record. Made again at a replay. */
  note(passed: PassedStep): Promise<void>;
}

export interface PassedStep {
  stepId: string;
  iteration: number;
  step: Step;
  status: AttemptResult['status'];
  detail: string;
}

export interface RunResult {
  status: Extract<ExecutionStatus, 'successfully_completed' | 'failed' | 'refused'>;
  detail: string;
}

/** A step without a timeout gets this one (CACAO 2.0 §4.1: an implementation should have a maximum). */
const defaultTimeoutMs = 5 * 60_000;
const maxPasses = 1_000;
const maxSteps = 20_000;

/** How a branch ended. */
type Ending = { ok: true } | { ok: false; detail: string };

/**
 * Runs a playbook by the semantics of CACAO 2.0: a step that fails takes on_failure; without one its branch fails and
 * the step that opened the branch has failed; in the outermost branch workflow_exception is invoked and the run failed.
 */
export async function interpret(
  playbook: Playbook,
  inputs: Readonly<Record<string, string>>,
  world: World,
): Promise<RunResult> {
  const invalid = invalidityAt(playbook, world.startedAt);
  if (invalid !== undefined) return { status: 'refused', detail: invalid };
  const initial = initialValues(playbook, inputs);
  if ('refused' in initial) return { status: 'refused', detail: initial.refused };

  const run = new Run(playbook, initial.values, world);
  const ending = await run.branch(playbook.workflow_start, []);
  if (ending.ok) return { status: 'successfully_completed', detail: 'Every step is done.' };
  if (playbook.workflow_exception === undefined) return { status: 'failed', detail: ending.detail };
  const handled = await run.branch(playbook.workflow_exception, []);
  return {
    status: 'failed',
    detail: handled.ok
      ? `${ending.detail} The exception steps ran.`
      : `${ending.detail} The exception steps failed too: ${handled.detail}`,
  };
}

type Scope = Map<string, string | null>;

class Run {
  readonly #playbook: Playbook;
  readonly #global: Scope;
  readonly #world: World;
  readonly #entries = new Map<string, number>();
  #count = 0;

  constructor(playbook: Playbook, global: Scope, world: World) {
    this.#playbook = playbook;
    this.#global = global;
    this.#world = world;
  }

  /** From `first` to the end step of its branch. `scopes`: step variables of the steps that opened it, outermost first. */
  async branch(first: string, scopes: readonly Scope[]): Promise<Ending> {
    let id: string | undefined = first;
    while (id !== undefined) {
      const step: Step | undefined = this.#playbook.workflow[id];
      if (!step) return { ok: false, detail: `There is no step ${id}.` };
      this.#count += 1;
      if (this.#count > maxSteps) return { ok: false, detail: `The run entered more than ${maxSteps} steps.` };
      const iteration = this.#entries.get(id) ?? 0;
      this.#entries.set(id, iteration + 1);
      const name = `${id}#${iteration}`;
      if (step.delay !== undefined && step.delay > 0) await this.#world.wait(`${name}.delay`, step.delay);

      const own: Scope = new Map(
        Object.entries(step.step_variables ?? {}).map(([key, variable]) => [key, declaredValue(variable)]),
      );
      const within = [...scopes, own];
      const result = await this.#outcomeOf(step, id, iteration, name, within);
      if (step.type !== 'action') await this.#world.note({ stepId: id, iteration, step, ...result });
      if (step.type === 'end') return { ok: true };
      const succeeded = result.status === 'successfully_completed';
      const next = nextOf(step, succeeded);
      if (next === undefined) return { ok: false, detail: `The step "${step.name ?? id}" failed: ${result.detail}` };
      id = next;
    }
    return { ok: true };
  }

  async #outcomeOf(
    step: Step,
    id: string,
    iteration: number,
    name: string,
    scopes: readonly Scope[],
  ): Promise<Pick<AttemptResult, 'status' | 'detail'>> {
    try {
      switch (step.type) {
        case 'start':
        case 'end':
          return done();
        case 'action':
          return await this.#act(step, id, iteration, name, scopes);
        case 'if-condition':
          return fromBranch(
            this.#holds(step.condition, scopes)
              ? await this.branch(step.on_true, scopes)
              : step.on_false === undefined
                ? { ok: true }
                : await this.branch(step.on_false, scopes),
          );
        case 'while-condition':
          for (let pass = 0; this.#holds(step.condition, scopes); pass += 1) {
            if (pass >= maxPasses) return failed(`The condition still held after ${maxPasses} passes.`);
            const ending = await this.branch(step.on_true, scopes);
            if (!ending.ok) return failed(ending.detail);
          }
          return done();
        case 'switch-condition': {
          const value = substitute(step.switch, this.#visible(scopes));
          const chosen = Object.hasOwn(step.cases, value) ? step.cases[value] : step.cases['default'];
          return chosen === undefined ? done() : fromBranch(await this.branch(chosen, scopes));
        }
        case 'parallel':
        case 'playbook-action':
          return failed(`Steps of type ${step.type} are not executed yet.`);
      }
    } catch (error) {
      // A variable without a value fails the step; anything else is the engine's own business (cancelled, lost database).
      if (error instanceof FirebreakError && error.code === 'CACAO.UNDEFINED_VARIABLE') return failed(error.message);
      throw error;
    }
  }

  async #act(
    step: StepOf<'action'>,
    stepId: string,
    iteration: number,
    name: string,
    scopes: readonly Scope[],
  ): Promise<Pick<AttemptResult, 'status' | 'detail'>> {
    let leftMs = step.timeout === undefined || step.timeout === 0 ? defaultTimeoutMs : step.timeout;
    let last: AttemptResult | undefined;
    for (const [commandIndex, raw] of step.commands.entries()) {
      const visible = this.#visible(scopes);
      const command: Command = { ...raw };
      if (raw.command !== undefined) command.command = substitute(raw.command, visible);
      const args = Object.fromEntries(
        (step.in_args ?? []).flatMap((key) => {
          const value = visible.get(key);
          return value === null || value === undefined ? [] : [[key, value]];
        }),
      );
      last = await this.#world.attempt(step.commands.length === 1 ? name : `${name}.${commandIndex}`, {
        stepId,
        iteration,
        commandIndex,
        step,
        command,
        args,
        timeoutMs: leftMs,
      });
      for (const key of step.out_args ?? []) {
        const value = last.out[key];
        if (value !== undefined) this.#assign(key, value, scopes);
      }
      if (last.status !== 'successfully_completed') return last;
      leftMs = Math.max(1, leftMs - last.durationMs);
    }
    return last ?? done();
  }

  #holds(condition: string, scopes: readonly Scope[]): boolean {
    const visible = this.#visible(scopes);
    return evaluateComparison(parseComparison(condition), (path) => [
      path.steps[0] === 'value' ? visible.get(path.type) : undefined,
    ]);
  }

  #visible(scopes: readonly Scope[]): Values {
    const all: Scope = new Map(this.#global);
    for (const scope of scopes) for (const [key, value] of scope) all.set(key, value);
    return all;
  }

  /** The innermost variable of that name; constants keep their value. */
  #assign(key: string, value: string, scopes: readonly Scope[]): void {
    if (this.#playbook.playbook_variables?.[key]?.constant) return;
    (scopes.findLast((scope) => scope.has(key)) ?? this.#global).set(key, value);
  }
}

function nextOf(step: Exclude<Step, { type: 'end' }>, succeeded: boolean): string | undefined {
  if (step.type === 'start') return step.on_completion;
  // A step with on_completion has no on_failure, so its failure is the branch's.
  return succeeded ? (step.on_success ?? step.on_completion) : step.on_failure;
}

function done(): { status: 'successfully_completed'; detail: string } {
  return { status: 'successfully_completed', detail: '' };
}

function failed(detail: string): { status: 'failed'; detail: string } {
  return { status: 'failed', detail };
}

function fromBranch(ending: Ending): Pick<AttemptResult, 'status' | 'detail'> {
  return ending.ok ? done() : failed(ending.detail);
}
