import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { idFrom } from '../../src/base/ids.ts';
import type { Database } from '../../src/db/index.ts';
import type { Execution } from '../../src/respond/engine/execution.ts';
import { executionById, requestExecution } from '../../src/respond/engine/store/executions.ts';
import { loadPlaybook } from '../../src/respond/playbook/load-playbook.ts';
import type { LoadedPlaybook } from '../../src/respond/playbook/playbook.ts';
import { insertPlaybook } from '../../src/respond/playbook/store.ts';
import { until } from '../until.ts';

export interface TrialEngine {
  child: ChildProcess;
  pid: number;
  hasEnded(): boolean;
  ended: Promise<unknown>;
}

/** Engines start many times here; compiling them once is enough. */
export const compileCache = join(tmpdir(), 'firebreak-trial-compile-cache');

/** Engine processes of one test file on one database, their effects in one file. They are killed after the file. */
export function trial(url: string) {
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-trial-'));
  const effectsFile = join(folder, 'effects');
  const children: ChildProcess[] = [];
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  const effects = (name: string): { key: string; pid: number }[] =>
    (existsSync(effectsFile) ? readFileSync(effectsFile, 'utf8') : '')
      .split('\n')
      .filter((line) => line.startsWith(`${name} `))
      .map((line) => {
        const [, key = '', pid = ''] = line.split(' ');
        return { key, pid: Number(pid) };
      });

  function launch(environment: Record<string, string> = {}): TrialEngine {
    const child = fork(join(import.meta.dirname, 'trial-main.ts'), [], {
      execArgv: ['--disable-warning=DeprecationWarning'],
      env: {
        ...process.env,
        NODE_COMPILE_CACHE: compileCache,
        ...environment,
        TRIAL_URL: url,
        TRIAL_EFFECTS: effectsFile,
      },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    children.push(child);
    let hasEnded = false;
    const ended = once(child, 'exit').then((how) => {
      hasEnded = true;
      return how;
    });
    return { child, pid: child.pid ?? 0, hasEnded: () => hasEnded, ended };
  }

  return {
    effects,
    launch,
    /** Launches and waits until it takes work. */
    ready: async (environment: Record<string, string> = {}): Promise<TrialEngine> => {
      const engine = launch(environment);
      await until(() => effects('ready').some((line) => line.pid === engine.pid), {
        timeoutMs: 60_000,
        what: 'an engine that is ready',
      });
      return engine;
    },
  };
}

const knownActions = new Set(['once', 'again', 'poison', 'sent-then-killed'].map((name) => `firebreak:${name}`));

/** A playbook of these commands in a row, one step each: `['once', '50']` is the action and its text. */
export async function chain(
  db: Database,
  commands: readonly (readonly [string, string, { delay: number }?])[],
): Promise<LoadedPlaybook> {
  const ids = [`start--${randomUUID()}`, ...commands.map(() => `action--${randomUUID()}`), `end--${randomUUID()}`];
  const agent = `security-category--${randomUUID()}`;
  const workflow = Object.fromEntries(
    ids.map((id, index) => {
      const command = commands[index - 1];
      if (!command) return [id, id.startsWith('end') ? { type: 'end' } : { type: 'start', on_completion: ids[1] }];
      return [
        id,
        {
          type: 'action',
          name: `step ${index}`,
          agent,
          commands: [{ type: `firebreak:${command[0]}`, command: command[1] }],
          ...command[2],
          on_completion: ids[index + 1],
        },
      ];
    }),
  );
  const loaded = loadPlaybook(
    JSON.stringify({
      type: 'playbook',
      spec_version: 'cacao-2.0',
      id: `playbook--${randomUUID()}`,
      name: 'trial',
      created_by: `identity--${randomUUID()}`,
      created: '2026-01-01T00:00:00.000Z',
      modified: '2026-01-01T00:00:00.000Z',
      workflow_start: ids[0],
      workflow,
      agent_definitions: { [agent]: { type: 'security-category', name: 'trial', category: ['orchestrator'] } },
    }),
    'trial.json',
    knownActions,
  );
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  await insertPlaybook(db.read, 'default', loaded.playbook);
  return loaded.playbook;
}

/** Asks for `count` runs; gives their ids. */
export async function ask(
  db: Database,
  playbook: LoadedPlaybook,
  count = 1,
  more: { delayMs?: number } = {},
): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, index) => idFrom('execution', playbook.id, String(index)));
  await db.transaction(async (tx) => {
    for (const executionId of ids)
      await requestExecution(tx, {
        executionId,
        playbook,
        tenantId: 'default',
        siteId: 'default',
        incidentId: null,
        inputs: { variables: {}, containments: [] },
        requestedBy: 'cli:test',
        isDemonstration: false,
        ...more,
      });
  });
  db.channels.wake('executions');
  return ids;
}

/** Waits until all of them are over; gives them. */
export async function finished(db: Database, ids: readonly string[], timeoutMs = 60_000): Promise<Execution[]> {
  return until(
    async () => {
      const found: Execution[] = [];
      for (const id of ids) {
        const execution = await executionById(db.read, id).catch(() => undefined);
        if (execution && execution.finished_at !== null) found.push(execution);
        else return undefined;
      }
      return found;
    },
    { timeoutMs, what: `${ids.length} executions to end` },
  );
}
