import type { EnforcementLevel } from '../../connector/index.ts';
import type { Tx } from '../../db/index.ts';
import type { Containment } from '../../schema/containment.ts';

/** How a server reaches an enforcement point that it starts itself. */
export interface PointSettings {
  /** Stable: `nftables@<host>`, `recorder@<host>`, `demonstration@<host>`. */
  id: string;
  tenantId: string;
  siteId: string;
  host: string;
  kind: string;
  level: EnforcementLevel;
  isDemonstration: boolean;
  /** Program and arguments of the enforcer process; its file descriptor 3 is the socket. Absent: nothing is pushed (a list that others pull). */
  command?: readonly string[];
}

export interface PointState {
  id: string;
  host: string;
  kind: string;
  level: EnforcementLevel;
  isDemonstration: boolean;
  isConnected: boolean;
  epoch: number;
  lastSeenAt: Date | null;
  detail: string;
}

/** Drives the enforcement points of this server: starts them, pushes, reads back, repairs. */
export interface Enforcement {
  /** Registers the points and starts their processes; returns when each is connected or has failed once. */
  start(points: readonly PointSettings[]): Promise<void>;
  /** The same for one more; returns when what it must hold is restored there, too. */
  add(point: PointSettings): Promise<void>;
  /** Ends its process and retires it. */
  remove(pointId: string): Promise<void>;
  /** In-process and immediate: sends the change to the points it concerns and waits for nothing. Call it after the commit. */
  push(change: {
    deny: readonly PushedDenial[];
    release: readonly { target: string; isDemonstration: boolean }[];
  }): void;
  /** Writes what the points reported, then reconciles and verifies what is due; true when there is more. */
  turn(): Promise<boolean>;
  states(): Promise<PointState[]>;
  stop(): Promise<void>;
}

export interface PushedDenial {
  containmentId: string;
  target: string;
  expiresAt: number;
  isDemonstration: boolean;
}

/** What the enforcement asks of those who see events. */
export interface Witness {
  /** For each question, whether all of its sources would tell if the attack went on since then. */
  areAlive(tx: Tx, questions: readonly { sourceIds: readonly string[]; since: Date }[]): Promise<boolean[]>;
  /** Denials are applied and their attacks go on: said to people, in the transaction that notes it. */
  tellIneffective(tx: Tx, containments: readonly Containment[]): Promise<void>;
}
