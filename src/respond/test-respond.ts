import { join } from 'node:path';
import { fakeClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import type { Database } from '../db/index.ts';
import type { Witness } from './enforce/points.ts';
import type { ContainmentRequest } from './guard/facts.ts';
import { loadPolicies } from './guard/policies.ts';
import { unaidedSettings, type RespondSettings } from './settings.ts';

/** Settings of the room for its tests: the shipped policies, nothing protected but what is compiled in. */
export function testSettings(db: Database, stopFile: string, change: Partial<RespondSettings> = {}): RespondSettings {
  return unaidedSettings({
    db,
    clock: fakeClock(Date.UTC(2026, 10, 21, 12)),
    log: silentLog,
    policies: loadPolicies([join(import.meta.dirname, '../../content/policies')]),
    stopFile,
    ...change,
  });
}

/** A denial that a person asks for. */
export function denyRequest(target: string, change: Partial<ContainmentRequest> = {}): ContainmentRequest {
  return {
    tenantId: 'default',
    siteId: 'default',
    kind: 'deny-address',
    target,
    requestedBy: 'user--1',
    severityId: 0,
    durationS: 600,
    reason: 'A test asks for it.',
    isDemonstration: false,
    ...change,
  };
}

/** A point of this host's nftables, as the tables know it. */
export const testPoint = {
  id: 'nftables@test',
  tenantId: 'default',
  siteId: 'default',
  host: 'test',
  kind: 'nftables',
  level: 'read_back',
  isDemonstration: false,
} as const;

/** The command of a real enforcer process. */
export function enforcerCommand(kind: 'nftables' | 'recorder', stopFile: string, recordFile?: string): string[] {
  return [
    process.execPath,
    join(import.meta.dirname, '../server/enforcer-main.ts'),
    '--kind',
    kind,
    '--stop-file',
    stopFile,
    ...(recordFile === undefined ? [] : ['--record-file', recordFile]),
  ];
}

/** Nobody who could tell whether an attack went on. */
export const blindWitness: Witness = {
  areAlive: async (_tx, questions) => questions.map(() => false),
  tellIneffective: async () => {},
};
