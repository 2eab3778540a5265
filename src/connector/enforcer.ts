/** How far a point can tell what it holds: it reads it back, it knows that it was pulled, it only published it. */
export type EnforcementLevel = 'read_back' | 'pulled' | 'published';

/** One denial that a point must hold. */
export interface Denial {
  /** Canonical address, or range `address/prefix`. IPv6 sources come as /64 ranges. */
  target: string;
  /** Epoch ms. A point that can sets a native time-out, so that the denial ends without us. */
  expiresAt: number;
}

/** What a point holds, as it reads it itself. */
export interface HeldDenial {
  target: string;
  /** Epoch ms at which the point itself will let go; undefined when it has no native time-out. */
  expiresAt?: number;
  /** Packets it dropped for this target so far; undefined when it does not count. */
  droppedPackets?: number;
}

/**
 * An enforcer makes one kind of outside thing match the desired denials. All calls are idempotent.
 * It runs inside the small privileged enforcer process, which checks protected set, stop file and expiry before it calls.
 */
export interface Enforcer {
  name: string;
  level: EnforcementLevel;
  /** Takes hold of the outside thing and empties nothing. Throws what is missing, with a fix. */
  start(): Promise<void>;
  /** Makes these denials hold; already held ones get the new expiry. All in one transaction where the thing has them. */
  deny(denials: readonly Denial[]): Promise<void>;
  /** Lets go; a target that is not held is no error. */
  release(targets: readonly string[]): Promise<void>;
  /** Reads back what is held now: all of it, or of these targets only. */
  held(targets?: readonly string[]): Promise<readonly HeldDenial[]>;
  /** Lets go of the process, leaves the denials to their own time-outs. */
  stop(): Promise<void>;
}
