import type { Clock } from '../base/clock.ts';
import type { Denial, Enforcer, HeldDenial } from './enforcer.ts';
import type { FromEnforcer, HoldReason, ToEnforcer } from './enforcer-wire.ts';
import { compiledProtection, protectionOf, type Protection } from './protection.ts';

/** One connection of a server to an enforcer: the last place where a denial can be held back. */
export interface EnforcerSession {
  /** Answers one message; messages are worked off in their order. Never rejects. */
  handle(message: ToEnforcer): Promise<FromEnforcer>;
  /** Lets go of what is over, beside the native time-outs; gives the ms until the next end, if any. */
  expire(): Promise<number | undefined>;
}

const hostProtectionMs = 30_000;

/**
 * Holds denials against the protected set, the stop switch and their expiry, whatever the server says. `isStopped`: while it
 * is true nothing new is denied and nothing prolonged; letting go always works.
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
  let epoch = 0;
  let host: { readAt: number; list: readonly Protection[] } | undefined;
  let tail: Promise<unknown> = Promise.resolve();

  function protectionsNow(): readonly Protection[] {
    if (!host || clock.now() - host.readAt > hostProtectionMs)
      host = { readAt: clock.now(), list: options.hostProtection() };
    return host.list;
  }

  function holdReason(denial: Denial, isStopped: boolean): { reason: HoldReason; detail: string } | undefined {
    const protection = protectionOf(denial.target, compiledProtection) ?? protectionOf(denial.target, protectionsNow());
    if (protection) return { reason: 'protected', detail: `${protection.range}: ${protection.reason}` };
    if (denial.expiresAt <= clock.now()) return { reason: 'expired', detail: 'Its time is over.' };
    if (isStopped && (wanted.get(denial.target) ?? 0) < denial.expiresAt)
      return { reason: 'stopped', detail: 'The stop file is there: nothing new is denied.' };
    return undefined;
  }

  async function apply(deny: readonly Denial[], release: readonly string[]) {
    const isStopped = options.isStopped();
    const heldBack: { target: string; reason: HoldReason; detail: string }[] = [];
    const permitted: Denial[] = [];
    for (const denial of deny) {
      const hold = holdReason(denial, isStopped);
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

  async function answer(message: ToEnforcer): Promise<FromEnforcer> {
    const { seq } = message;
    if (message.type === 'hello') {
      if (message.epoch < epoch)
        return { type: 'failed', seq, message: `A server of epoch ${epoch} was here already.`, isFenced: true };
      epoch = message.epoch;
      return { type: 'ready', seq, name: enforcer.name, level: enforcer.level, epoch };
    }
    const done = (
      held: readonly HeldDenial[],
      more: Partial<Extract<FromEnforcer, { type: 'done' }>> = {},
    ): FromEnforcer => ({
      type: 'done',
      seq,
      held: [...held],
      missing: [],
      heldBack: [],
      isStopped: options.isStopped(),
      ...more,
    });
    if (message.type === 'read') {
      const held = await enforcer.held();
      const targets = new Set(held.map(({ target }) => target));
      const now = clock.now();
      // A second of grace: the point's own time-out may be a little earlier than our clock.
      const missing = [...wanted].filter(([target, until]) => until > now + 1_000 && !targets.has(target));
      return done(held, { missing: missing.map(([target]) => target) });
    }
    if (message.type === 'apply') {
      const outcome = await apply(message.deny, message.release);
      const asked = [...message.deny.map(({ target }) => target), ...message.release];
      return done(await enforcer.held(asked), outcome);
    }
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
    const outcome = await apply(
      change,
      before.map(({ target }) => target).filter((target) => !desired.has(target)),
    );
    return done(await enforcer.held(), outcome);
  }

  return {
    handle(message) {
      const next = tail.then(() =>
        answer(message).catch((error: unknown): FromEnforcer => ({
          type: 'failed',
          seq: message.seq,
          message: (error instanceof Error ? error.message : String(error)).slice(0, 2_000),
          isFenced: false,
        })),
      );
      tail = next;
      return next;
    },
    async expire() {
      const now = clock.now();
      const over = [...wanted].filter(([, until]) => until <= now).map(([target]) => target);
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
