import type { Tx } from '../../db/index.ts';
import type { LedgerEntry } from '../../ledger/index.ts';

/** What an action is told about the effect that is wanted of it. */
export interface ActionCall {
  executionId: string;
  stepId: string;
  stepName: string;
  /** The same for every attempt at the same effect: receivers that know it drop repeats. */
  effectKey: string;
  tenantId: string;
  siteId: string;
  incidentId: string | null;
  isDemonstration: boolean;
  playbookName: string;
  /** The command's text, with values in the place of variables. */
  text: string;
  /** Values of the step's in_args. */
  args: Readonly<Record<string, string>>;
  /** Containments of the fast path that this run has, by the step that adopts them. */
  containments: readonly { step_id: string; containment_id: string; target: string }[];
  /** Aborted when the step's time is over or the run is cancelled. */
  signal: AbortSignal;
}

export interface ActionOutcome {
  /** uncertain: the answer was lost, it may have happened. It is never sent again blindly. */
  outcome: 'succeeded' | 'failed' | 'uncertain';
  /** One sentence for people. */
  detail: string;
  /** Variables by name, for out_args. */
  out?: Readonly<Record<string, string>>;
}

/** One thing that a playbook's command can do. */
export type Action = OuterAction | InnerAction | ReadingAction;

/** Waits, or reaches beyond our own tables: its intent is committed before it runs. */
export interface OuterAction {
  /** The command's type in CACAO, such as `firebreak:notify`. */
  name: string;
  /** True when doing it again with the same key changes nothing: it reads, or the other side knows the key. */
  isRepeatable: boolean;
  run(call: ActionCall): Promise<ActionOutcome>;
}

/** Changes our own tables and nothing else: intent, change and outcome are one commit, so it happens exactly once. */
export interface InnerAction {
  /** The command's type in CACAO, such as `firebreak:deny-address`. */
  name: string;
  /** `entries` are appended to the ledger between intent and outcome. When it throws, nothing of it has happened. */
  within(tx: Tx, call: Omit<ActionCall, 'signal'>): Promise<ActionOutcome & { entries: readonly LedgerEntry[] }>;
}

/** Reads our own tables and nothing else: intent and outcome are one commit. A run that resumes has the recorded outcome. */
export interface ReadingAction {
  /** The command's type in CACAO, such as `firebreak:enrich`. */
  name: string;
  read(call: ActionCall): Promise<ActionOutcome>;
}
