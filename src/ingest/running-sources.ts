import type { Clock } from '../base/clock.ts';
import { FirebreakError, messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Database } from '../db/index.ts';
import type { SourceProblem } from '../schema/source.ts';
import { errors } from './errors.ts';
import type { Accept } from './ingest.ts';
import type { Receiver } from './receiver.ts';
import { infoOf, type SourceSet } from './source-set.ts';
import { startReceiver } from './start-receiver.ts';
import { addLost, updateSourceProblem } from './store/sources.ts';

export interface RunningSources {
  start(id: string): Promise<{ port?: number }>;
  stop(id: string): Promise<void>;
  stopAll(): Promise<void>;
  /** Shows on the source why it does not run. */
  report(id: string, error: unknown): void;
}

/** The receivers of this process. */
export function createRunningSources(house: {
  db: Database;
  clock: Clock;
  log: Log;
  accept: Accept;
  sources: SourceSet;
}): RunningSources {
  const { db, log } = house;
  const receivers = new Map<string, Promise<Receiver>>();
  const writing = new Set<Promise<void>>();

  /** Best effort: what it says is said again at the next change. */
  function write(what: string, work: Promise<void>): void {
    const done = work
      .catch((error: unknown) => log.warn({ error: messageOf(error) }, `The ${what} of a source was not stored.`))
      .then(() => void writing.delete(done));
    writing.add(done);
  }

  function setProblem(id: string, problem: SourceProblem | undefined): void {
    if (problem) log.warn({ source: id, ...problem }, 'A source has a problem.');
    write('problem', updateSourceProblem(db.read, id, problem));
  }

  function report(id: string, error: unknown): void {
    const { code, fix } =
      error instanceof FirebreakError
        ? error
        : { code: 'INGEST.NOT_STARTED', fix: 'It is tried again at the next start.' };
    setProblem(id, { code, message: messageOf(error), fix });
  }

  async function start(id: string): Promise<Receiver> {
    const source = await house.sources.byId(id);
    if (!source || source.removed_at) throw errors.NO_SUCH_SOURCE([id]);
    if (source.problem) await updateSourceProblem(db.read, id, undefined);
    const receiver = await startReceiver(
      {
        ...house,
        source: infoOf(source),
        isFirstRun: source.started_at === null,
        onProblem: (problem) => setProblem(id, problem),
        onLost: (count) => write('loss', addLost(db.read, id, count)),
      },
      source.settings,
    );
    await house.sources.setState(id, 'running');
    return receiver;
  }

  return {
    async start(id) {
      let receiver = receivers.get(id);
      if (!receiver) {
        receiver = start(id);
        receivers.set(id, receiver);
        receiver.catch(() => receivers.delete(id));
      }
      const { port } = await receiver;
      return port === undefined ? {} : { port };
    },
    async stop(id) {
      const receiver = await receivers.get(id)?.catch(() => undefined);
      receivers.delete(id);
      await receiver?.stop();
    },
    async stopAll() {
      const all = [...receivers.values()];
      receivers.clear();
      await Promise.all(all.map(async (receiver) => (await receiver.catch(() => undefined))?.stop()));
      await Promise.all(writing);
    },
    report,
  };
}
