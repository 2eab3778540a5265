import type { Clock } from '../../../base/clock.ts';
import type { Log } from '../../../base/log.ts';
import type { Notifier } from '../../../connector/index.ts';
import type { Database } from '../../../db/index.ts';
import type { Action } from '../action.ts';
import { createContainmentWatch } from '../containment-watch.ts';
import { denyAddress } from './deny-address.ts';
import { enrich } from './enrich.ts';
import { notify } from './notify.ts';
import { release } from './release.ts';
import { verify } from './verify.ts';

/** Every action of our own that a playbook may name. */
export function respondActions(world: {
  db: Database;
  clock: Clock;
  log: Log;
  notifiers: readonly Notifier[];
  consoleUrl?: string;
}): Action[] {
  return [
    denyAddress(world.clock),
    verify(createContainmentWatch(world.db, world.log)),
    enrich(world),
    notify(world),
    release(world),
  ];
}

/** The command types that a playbook may have here. */
export const actionNames: ReadonlySet<string> = new Set(
  ['deny-address', 'verify', 'enrich', 'notify', 'release'].map((name) => `firebreak:${name}`),
);
