import { DBOS, Error as DbosErrors } from '@dbos-inc/dbos-sdk';
import type { Log } from '../../base/log.ts';
import type { Durable, EngineRun, Workflow, WorkflowEngine } from './workflow-engine.ts';

// Raised only when the interpreter can no longer replay what an older one recorded.
const engineVersion = 'engine-2';
const workflowName = 'execution';
/** No limit: a run that waits must not keep others from starting. */
const openQueue = 'executions';
/** Runs whose process died again and again, one at a time, so that one of them cannot drag the others along. */
const suspectQueue = 'suspects';
/** Only delayed and recovered runs wait for it; asked for ones begin at once. */
const queuePollMs = 1_000;
const forgetBatch = 1_000;

const waiting = ['ENQUEUED', 'DELAYED'] as const;
const ended = ['SUCCESS', 'ERROR', 'CANCELLED', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED'] as const;

interface EngineSettings {
  url: string;
  executorId: string;
  log: Log;
}

/** Settles everything that DBOS may know of its surroundings; it stays silent but for errors. */
function configure({ url, executorId, log }: EngineSettings): void {
  DBOS.setConfig({
    name: 'firebreak',
    systemDatabaseUrl: url,
    systemDatabasePoolSize: 6,
    executorID: executorId,
    applicationVersion: engineVersion,
    runMigrations: false,
    logger: {
      debug: () => {},
      info: (entry) => log.debug({ entry: String(entry) }, 'The durable engine says.'),
      warn: (entry) => log.debug({ entry: String(entry) }, 'The durable engine warns.'),
      error: (entry) => log.warn({ entry: String(entry) }, 'The durable engine reports an error.'),
    },
  });
}

/** Brings DBOS's own schema up to date. Call it under the lock of our migrations. */
export async function migrateEngine(settings: EngineSettings): Promise<void> {
  configure(settings);
  await DBOS.migrate(settings.url);
}

/** DBOS Transact as our engine. One per process: DBOS is one global object. */
export async function createDbosEngine(
  options: EngineSettings & {
    workflow: Workflow;
    /** A run has ended or waits: there is room for another. */
    onRoom: () => void;
  },
): Promise<WorkflowEngine> {
  let running = 0;
  const leave = () => {
    running -= 1;
    options.onRoom();
  };
  const durable: Durable = {
    step: (name, work) =>
      DBOS.runStep(() => work(DBOS.stepStatus?.cancelSignal ?? new AbortController().signal), { name }),
    async wait(_name, ms) {
      // A run that waits takes no place from others.
      leave();
      try {
        await DBOS.sleepms(ms);
      } finally {
        running += 1;
      }
    },
    isEnded: (error) => error instanceof DbosErrors.DBOSError,
  };
  configure(options);
  const execution = DBOS.registerWorkflow(
    async (executionId: string) => {
      running += 1;
      try {
        await options.workflow(executionId, durable);
      } finally {
        leave();
      }
    },
    // Recoveries are counted by us: only those without progress count.
    { name: workflowName, maxRecoveryAttempts: 1_000_000 },
  );
  await DBOS.launch();
  await DBOS.registerQueue(openQueue, { minPollingIntervalMs: queuePollMs });
  await DBOS.registerQueue(suspectQueue, { minPollingIntervalMs: queuePollMs, globalConcurrency: 1 });

  return {
    executorId: options.executorId,
    async start(executionId, { delayMs } = {}) {
      const params =
        delayMs === undefined || delayMs <= 0
          ? { workflowID: executionId }
          : {
              workflowID: executionId,
              queueName: openQueue,
              enqueueOptions: { delaySeconds: Math.ceil(delayMs / 1_000) },
            };
      await DBOS.startWorkflow(execution, params)(executionId);
    },
    signal: (executionId, topic, message, key) => DBOS.send(executionId, message, topic, key),
    async cancel(executionId) {
      if (await DBOS.getWorkflowStatus(executionId)) await DBOS.cancelWorkflow(executionId, { cancelChildren: true });
    },
    // DBOS takes no delay of nothing.
    delay: (executionId, delayMs) => DBOS.setWorkflowDelay(executionId, { delaySeconds: Math.max(1, delayMs) / 1_000 }),
    async list({ executorId, status, limit }) {
      const found = await DBOS.listWorkflows({
        workflowName,
        limit,
        loadInput: false,
        loadOutput: false,
        ...(executorId === undefined ? {} : { executorId }),
        ...(status === undefined ? {} : { status: statusesOf(status) }),
      });
      return found.map((run) => ({
        executionId: run.workflowID,
        status:
          run.status === 'PENDING' ? 'running' : waiting.some((name) => name === run.status) ? 'waiting' : 'ended',
        executorId: run.executorId,
        delayedUntil: run.delayUntilEpochMS,
      }));
    },
    async steps(executionId) {
      const steps = (await DBOS.listWorkflowSteps(executionId)) ?? [];
      return steps.map((step) => ({
        name: step.name,
        startedAt: step.startedAtEpochMs,
        finishedAt: step.completedAtEpochMs,
      }));
    },
    async resume(executionIds, { alone }) {
      if (executionIds.length === 0) return;
      await DBOS.resumeWorkflows([...executionIds], { queueName: alone ? suspectQueue : openQueue });
    },
    async forget(beforeMs) {
      let count = 0;
      for (;;) {
        const old = await DBOS.listWorkflows({
          workflowName,
          status: [...ended],
          completedBefore: new Date(beforeMs).toISOString(),
          limit: forgetBatch,
          loadInput: false,
          loadOutput: false,
        });
        if (old.length === 0) return count;
        await DBOS.deleteWorkflows(
          old.map((run) => run.workflowID),
          true,
        );
        count += old.length;
        if (old.length < forgetBatch) return count;
      }
    },
    running: () => running,
    stop: () => DBOS.shutdown({ workflowCompletionTimeoutMS: 3_000 }),
  };
}

function statusesOf(status: EngineRun['status']): ('PENDING' | (typeof waiting)[number] | (typeof ended)[number])[] {
  if (status === 'running') return ['PENDING'];
  return status === 'waiting' ? [...waiting] : [...ended];
}
