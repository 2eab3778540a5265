import type { Clock } from '../base/clock.ts';
import type { Denial, Enforcer } from './enforcer.ts';
import type { FromEnforcer, HoldReason, ToEnforcer } from './enforcer-wire.ts';
import { compiledProtection, protectionFinder, type Protection } from './protection.ts';

/** One connection of a server to an enforcer: the last place where a denial can be held back. */
export interface EnforcerSession {
  /** Answers one message; messages are worked off in their order. Never rejects. */
  handle(message: ToEnforcer): Promise<FromEnforcer>;
  /** Lets go of what is over, beside the native time-outs; gives the ms until the next end, if any. */
  expire(): Promise<number | undefined>;
}

/**
 * Holds denials against the protected set, the stop switch and their expiry, whatever the server says. `isStopped`: while it
 * is true nothing new is denied and nothing prolonged; letting go always works. `hostProtection` is asked in the path of a
 * denial: it answers from memory, with the same list until something changed.
 */
export function createEnforcerSession(options: {
  enforcer: Enforcer;
  clock: Clock;
  isStopped: () => boolean;
  hostProtection: () => readonly Protection[];
}): EnforcerSession {
  const { enforcer, clock } = options;
  /** What this session made hold, until when. */
  const wanted = new Map<string, number>();
  let protection: { host: readonly Protection[]; find: ReturnType<typeof protectionFinder> } | undefined;
  let epoch = 0;
  /** Changes, one after the other. Reading back stands outside: a new denial does not wait for a long list. */
  let tail: Promise<unknown> = Promise.resolve();

  function protectionNow(): ReturnType<typeof protectionFinder> {
    const host = options.hostProtection();
    if (host !== protection?.host) protection = { host, find: protectionFinder([...compiledProtection, ...host]) };
    return protection.find;
  }

  async function apply(deny: readonly Denial[], release: readonly string[]) {
    const isStopped = options.isStopped();
    const now = clock.now();
    const find = protectionNow();
    const holdReason = ({ target, expiresAt }: Denial): { reason: HoldReason; detail: string } | undefined => {
      const found = find(target);
      if (found) return { reason: 'protected', detail: `${found.range}: ${found.reason}` };
      if (expiresAt <= now) return { reason: 'expired', detail: 'Its time is over.' };
      if (isStopped && (wanted.get(target) ?? 0) < expiresAt)
        return { reason: 'stopped', detail: 'The stop file is there: nothing new is denied.' };
      return undefined;
    };
    const heldBack: { target: string; reason: HoldReason; detail: string }[] = [];
    const permitted: Denial[] = [];
    for (const denial of deny) {
      const hold = holdReason(denial);
      if (hold) heldBack.push({ target: denial.target, ...hold });
      else permitted.push(denial);
    }
    // Letting go first: it works also when denying fails.
    if (release.length > 0) await enforcer.release(release);
    for (const target of release) wanted.delete(target);
    if (permitted.length > 0) await enforcer.deny(permitted);
    for (const { target, expiresAt } of permitted) wanted.set(target, expiresAt);
    return { heldBack, isStopped };
  }

  /** Makes the change; gives what reads back and answers. */
  async function work(message: ToEnforcer): Promise<() => Promise<FromEnforcer>> {
    const { seq } = message;
    if (message.type === 'hello') {
      const isFenced = message.epoch < epoch;
      epoch = Math.max(epoch, message.epoch);
      return async () =>
        isFenced
          ? { type: 'failed', seq, message: `A server of epoch ${epoch} was here already.`, isFenced }
          : { type: 'ready', seq, name: enforcer.name, level: enforcer.level, epoch };
    }
    const outcome = await changeOf(message);
    const asked =
      message.type === 'apply' ? [...message.deny.map(({ target }) => target), ...message.release] : undefined;
    const changedAt = clock.now();
    return async () => {
      const held = [...(await enforcer.held(asked))];
      return { type: 'done', seq, held, ...outcome, readMs: Math.max(0, clock.now() - changedAt) };
    };
  }

  async function changeOf(message: Exclude<ToEnforcer, { type: 'hello' }>): ReturnType<typeof apply> {
    if (message.type === 'read') return { heldBack: [], isStopped: options.isStopped() };
    if (message.type === 'apply') return apply(message.deny, message.release);
    const before = await enforcer.held();
    const desired = new Set(message.deny.map(({ target }) => target));
    const kept = new Map(before.map((one) => [one.target, one.expiresAt]));
    // What already holds until then (whole seconds are all some points tell) is left alone, with its counter.
    const change = message.deny.filter(({ target, expiresAt }) => {
      const until = kept.get(target);
      const isSame = until !== undefined && Math.abs(until - expiresAt) < 2_000;
      if (isSame) wanted.set(target, expiresAt);
      return !isSame;
    });
    return apply(
      change,
      before.map(({ target }) => target).filter((target) => !desired.has(target)),
    );
  }

  return {
    handle(message) {
      const changed = tail.then(() => work(message));
      tail = changed.catch(() => {});
      return changed
        .then((readBack) => readBack())
        .catch((error: unknown) => ({
          type: 'failed',
          seq: message.seq,
          message: (error instanceof Error ? error.message : String(error)).slice(0, 2_000),
          isFenced: false,
        }));
    },
    async expire() {
      const now = clock.now();
      const over: string[] = [];
      for (const [target, until] of wanted) if (until <= now) over.push(target);
      for (const target of over) wanted.delete(target);
      if (over.length > 0) {
        const next = tail.then(() =>
          enforcer.release(over).catch(() => over.forEach((target) => wanted.set(target, now + 1_000))),
        );
        tail = next;
        await next;
      }
      let soonest: number | undefined;
      for (const until of wanted.values()) soonest = Math.min(soonest ?? until, until);
      return soonest === undefined ? undefined : Math.max(0, soonest - clock.now());
    },
  };
}
