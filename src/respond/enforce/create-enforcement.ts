import { messageOf } from '../../base/errors.ts';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Denial } from '../../connector/index.ts';
import type { Database } from '../../db/index.ts';
import { readStop } from '../guard/stop-switch.ts';
import * as store from '../store/enforcements.ts';
import { startPointLink, type PointAnswer, type PointLink } from './point-link.ts';
import type { Enforcement, PointSettings, Witness } from './points.ts';
import { recordChange, type ChangeReport } from './record-answers.ts';
import { recordReading } from './record-reading.ts';

/** One point that this server drives. */
interface Driven {
  settings: PointSettings;
  epoch: number;
  link: PointLink | undefined;
  reports: ChangeReport[];
  /** Targets on their way: not sent again meanwhile. */
  inFlight: Set<string>;
  /** Epoch ms of the next full reading. */
  readAt: number;
  /** After a failed answer nothing is sent again before this. */
  retryAt: number;
  /** The process was (re)started: what is missing then is no drift, it is restored. */
  isFresh: boolean;
  /** Epoch ms of its last start. */
  upAt: number;
  restoring: Promise<void> | undefined;
  isFenced: boolean;
}

const readEveryMs = { verifying: 1_000, few: 5_000, many: 30_000 };
/** Up to here a point is read often: reading is cheap. */
const few = 1_000;
const retryMs = 2_000;
const leaseMs = 60_000;
const startWaitMs = 5_000;

/** Each target is as asked, or the point said why not; otherwise asking again at once would be a busy loop. */
function isSettled(
  answer: Extract<PointAnswer, { type: 'done' }>,
  denied: readonly string[],
  released: readonly string[],
): boolean {
  const held = new Set(answer.held.map(({ target }) => target));
  const told = new Set(answer.heldBack.map(({ target }) => target));
  return (
    denied.every((target) => held.has(target) || told.has(target)) && released.every((target) => !held.has(target))
  );
}

/** `holder`: who this server is, for people who look at the points. */
export function createEnforcement(options: {
  db: Database;
  clock: Clock;
  log: Log;
  holder: string;
  stopFile: string;
  witness: Witness;
}): Enforcement {
  const { db, clock, log } = options;
  const points = new Map<string, Driven>();
  let isEnding = false;

  /** Sends and keeps the answer for the next turn; waits for nothing. */
  function change(point: Driven, deny: readonly Denial[], release: readonly string[]): void {
    if (!point.link || (deny.length === 0 && release.length === 0)) return;
    const targets = [...deny.map(({ target }) => target), ...release];
    for (const target of targets) point.inFlight.add(target);
    const denied = deny.map(({ target }) => target);
    void point.link.ask({ type: 'apply', deny: [...deny], release: [...release] }).then((answer) => {
      for (const target of targets) point.inFlight.delete(target);
      if (answer.type === 'done' && !isSettled(answer, denied, release)) point.retryAt = clock.now() + retryMs;
      point.reports.push({ denied, released: release, answer: reportOf(point, answer) });
      if (!isEnding) db.channels.wake('containments');
    });
  }

  function reportOf(point: Driven, answer: PointAnswer): ChangeReport['answer'] {
    if (answer.type === 'done') return answer;
    if (answer.type === 'failed' && answer.isFenced) point.isFenced = true;
    point.retryAt = clock.now() + retryMs;
    return { type: answer.type, message: answer.message };
  }

  async function add(settings: PointSettings): Promise<void> {
    const nowMs = clock.now();
    const epoch = await db.transaction(async (tx) => {
      const taken = await store.takePoint(tx, settings, options.holder, new Date(nowMs));
      await store.placeAtPoint(tx, settings.id, new Date(nowMs));
      return taken;
    });
    const { command } = settings;
    await new Promise<void>((resolve) => {
      const point: Driven = {
        settings,
        epoch,
        link: undefined,
        reports: [],
        inFlight: new Set(),
        readAt: 0,
        retryAt: 0,
        isFresh: true,
        upAt: 0,
        restoring: undefined,
        isFenced: false,
      };
      points.set(settings.id, point);
      if (!command) return resolve();
      const timer = setTimeout(resolve, startWaitMs);
      const settle = () => {
        clearTimeout(timer);
        resolve();
      };
      point.link = startPointLink({
        id: settings.id,
        command,
        epoch,
        log,
        onUp: (link) => {
          point.isFresh = true;
          point.upAt = clock.now();
          point.readAt = 0;
          point.retryAt = 0;
          settle();
          const wake = () => {
            if (!isEnding) db.channels.wake('containments');
          };
          // What fails here is tried again, and told of, by the next turn.
          void restoreOnce(point, link).then(wake, wake);
        },
        onDown: () => {
          settle();
          db.channels.wake('containments');
        },
      });
    });
  }

  /** What the last turn could not know: changes made by other processes, and answers that never came. */
  async function catchUp(point: Driven): Promise<void> {
    const now = new Date(clock.now());
    const [pending, leaving] = await Promise.all([
      store.pendingAt(db.read, point.settings.id, now),
      store.unwantedAt(db.read, point.settings.id, now),
    ]);
    const deny = new Map<string, number>();
    for (const { target, expiresAt } of pending)
      if (!point.inFlight.has(target)) deny.set(target, Math.max(deny.get(target) ?? 0, expiresAt));
    change(
      point,
      [...deny].map(([target, expiresAt]) => ({ target, expiresAt })),
      leaving.filter((target) => !point.inFlight.has(target)),
    );
  }

  /** Begins with the start of the process, not with the next turn; a turn that finds it at work waits for it. */
  function restoreOnce(point: Driven, link: PointLink): Promise<void> {
    point.restoring ??= restore(point, link).finally(() => (point.restoring = undefined));
    return point.restoring;
  }

  /** After a start the whole desired state is set in one transaction of the point, and read back. */
  async function restore(point: Driven, link: PointLink): Promise<void> {
    const { id } = point.settings;
    await renew(point);
    if (point.isFenced) return;
    const deny = await store.restorableAt(db.read, id, new Date(clock.now()));
    const answer = await link.ask({ type: 'reconcile', deny });
    point.reports.push({ denied: deny.map(({ target }) => target), released: [], answer: reportOf(point, answer) });
    if (answer.type !== 'done') return;
    point.isFresh = false;
    const now = clock.now();
    point.readAt = now + readEveryMs.verifying;
    const tookMs = now - point.upAt;
    log.info(
      { point: id, denials: deny.length, held: answer.held.length, inForceMs: tookMs - answer.readMs, tookMs },
      'The denials of an enforcement point are restored and read back.',
    );
  }

  async function read(point: Driven, link: PointLink): Promise<void> {
    const answer = await link.ask({ type: 'read' });
    if (answer.type !== 'done') {
      if (answer.type === 'failed' && answer.isFenced) point.isFenced = true;
      return;
    }
    const nowMs = clock.now();
    const corrections = await db.transaction((tx) =>
      recordReading(tx, point.settings, answer.held, {
        nowMs,
        isStopped: readStop(options.stopFile) !== undefined,
        countsAsDrift: !point.isFresh,
        witness: options.witness,
      }),
    );
    const isIdle = (target: string) => !point.inFlight.has(target);
    change(
      point,
      corrections.deny.filter(({ target }) => isIdle(target)),
      corrections.release.filter(isIdle),
    );
    point.readAt =
      nowMs +
      (corrections.isVerifying ? readEveryMs.verifying : answer.held.length > few ? readEveryMs.many : readEveryMs.few);
  }

  async function renew(point: Driven): Promise<void> {
    const nowMs = clock.now();
    const isConnected = point.link?.isConnected() ?? false;
    const isOurs = await store.renewPoint(db.read, {
      id: point.settings.id,
      epoch: point.epoch,
      isConnected,
      detail: point.link?.detail() ?? '',
      now: new Date(nowMs),
      leasedUntil: new Date(nowMs + leaseMs),
    });
    if (isOurs && !point.isFenced) return;
    point.isFenced = true;
    log.error(
      { point: point.settings.id },
      'Another Firebreak has taken over this enforcement point; it is left alone.',
    );
    await point.link?.stop();
    points.delete(point.settings.id);
  }

  async function turnOf(point: Driven): Promise<void> {
    // A report that cannot be written keeps its place; those behind it wait.
    for (let report = point.reports[0]; report; report = point.reports[0]) {
      const written = report;
      await db.transaction((tx) => recordChange(tx, point.settings, written, clock.now()));
      point.reports.shift();
    }
    const { link } = point;
    const isDue = clock.now() >= point.readAt;
    if (isDue) await renew(point);
    if (!link?.isConnected() || point.isFenced) {
      if (isDue) point.readAt = clock.now() + readEveryMs.few;
      return;
    }
    if (clock.now() < point.retryAt) return;
    if (point.isFresh) await restoreOnce(point, link);
    else if (isDue) await read(point, link);
    await catchUp(point);
  }

  return {
    async start(list) {
      await Promise.all(list.map(add));
    },
    async add(settings) {
      await add(settings);
      // What fails is tried again, and told of, by the next turn.
      await points.get(settings.id)?.restoring?.catch(() => {});
    },
    async remove(pointId) {
      const point = points.get(pointId);
      points.delete(pointId);
      await point?.link?.stop();
      await store.retirePoint(db.read, pointId, new Date(clock.now()));
    },
    push({ deny, release }) {
      for (const point of points.values()) {
        // What it must hold is about to be set as the tables tell; a change on its way would be undone by that.
        if (point.isFresh) continue;
        const { isDemonstration } = point.settings;
        change(
          point,
          deny
            .filter((denial) => denial.isDemonstration === isDemonstration)
            .map(({ target, expiresAt }) => ({ target, expiresAt })),
          // One that is being denied anew is not released by what was decided before: the next turn asks the tables.
          release
            .filter((one) => one.isDemonstration === isDemonstration && !point.inFlight.has(one.target))
            .map(({ target }) => target),
        );
      }
    },
    async turn() {
      for (const point of points.values())
        try {
          await turnOf(point);
        } catch (error) {
          log.warn({ point: point.settings.id, error: messageOf(error) }, 'A turn of an enforcement point failed.');
          throw error;
        }
      return [...points.values()].some(({ reports }) => reports.length > 0);
    },
    async states() {
      return (await store.listPoints(db.read)).map((row) => ({
        id: row.id,
        host: row.host,
        kind: row.kind,
        level: row.level,
        isDemonstration: row.is_demonstration,
        isConnected: row.is_connected,
        epoch: row.epoch,
        lastSeenAt: row.last_seen_at,
        detail: row.detail,
      }));
    },
    async stop() {
      isEnding = true;
      await Promise.all([...points.values()].map(async (point) => point.link?.stop()));
      points.clear();
    },
  };
}
