import type { Host } from '../../lab/network.ts';

/** One product under test. It runs in the host's namespace and watches `logFile` with its own defaults unless its name says otherwise. */
export interface Contender {
  name: string;
  /** Failed logins written at once for one attack: its own threshold decides. */
  lines: number;
  samples: number;
  /** A pause of up to so long before each attack, drawn at random: longer than its slowest loop. */
  jitterMs: number;
  /** Resolves when it watches the file and can block. */
  start(host: Host, logFile: string, folder: string): Promise<Running>;
}

export interface Running {
  version: string;
  /** Something worth printing beside the figures, such as a trace by stage. */
  notes?(): Promise<string[]>;
  stop(): Promise<void>;
}
