/** A run as the engine sees it. What it did stands in our own tables; this is for recovery and upkeep. */
export interface EngineRun {
  executionId: string;
  status: 'waiting' | 'running' | 'ended';
  executorId: string | undefined;
  delayedUntil: number | undefined;
}

/** A recorded result inside a run. */
export interface EngineStep {
  name: string;
  startedAt: number | undefined;
  finishedAt: number | undefined;
}

/**
 * The durable engine behind the playbooks: it remembers what a run has done, so that the run goes on after a crash.
 * Everything is idempotent; a run is named by its execution id.
 */
export interface WorkflowEngine {
  readonly executorId: string;
  /** Begins a run here and now, or, with a delay, when it is over; a waiting run holds no memory. */
  start(executionId: string, options?: { delayMs?: number }): Promise<void>;
  /** Gives a running execution a message; `key` makes a repeated one one. It waits if the run does not listen yet. */
  signal(executionId: string, topic: string, message: unknown, key: string): Promise<void>;
  /** Ends a run before its next step; its running step sees an aborted signal. */
  cancel(executionId: string): Promise<void>;
  /** Moves the beginning of a run that waits, counted from now. */
  delay(executionId: string, delayMs: number): Promise<void>;
  list(query: { executorId?: string; status?: EngineRun['status']; limit: number }): Promise<EngineRun[]>;
  steps(executionId: string): Promise<EngineStep[]>;
  /** Lets another process go on with runs whose process is dead. Suspects go one at a time. */
  resume(executionIds: readonly string[], options: { alone: boolean }): Promise<void>;
  /** Forgets ended runs that finished before `beforeMs` (epoch). Gives how many. */
  forget(beforeMs: number): Promise<number>;
  /** Runs under way in this process; those that wait do not count. */
  running(): number;
  stop(): Promise<void>;
}

/** What the engine runs: the whole of one execution, with a world that records every call. */
export type Workflow = (executionId: string, durable: Durable) => Promise<void>;

export interface Durable {
  /** Runs `work` once and remembers what it gave; JSON values only, and never a secret. Names are unique in a run. */
  step<T>(name: string, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Sleeps until the moment that was settled when it was first reached. */
  wait(name: string, ms: number): Promise<void>;
  /** True when the error means that this process must let go of the run (cancelled, owned by another process). */
  isEnded(error: unknown): boolean;
}
