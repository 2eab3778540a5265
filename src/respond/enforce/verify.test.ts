import { describe, expect, it } from 'vitest';
import type { Verification } from '../../schema/containment.ts';
import { verificationOf, verifyEffect, type Observation } from './verify.ts';

const applied: Verification = {
  applied: 'yes',
  applied_at: '2026-11-21T12:00:00.000Z',
  effective: 'pending',
  effective_at: null,
  dropped_packets: 0,
  detail: '',
};
const inForceAt = Date.UTC(2026, 10, 21, 12);

function seen(afterS: number, change: Partial<Observation> = {}): Observation {
  return {
    now: inForceAt + afterS * 1_000,
    inForceAt,
    droppedPackets: 0,
    lastSeenAt: inForceAt - 1_000,
    areSourcesAlive: true,
    ...change,
  };
}

describe('effective', () => {
  it('is yes when a counter moved', () => {
    const after = verifyEffect(applied, seen(1, { droppedPackets: 3 }));
    expect(after).toMatchObject({ effective: 'yes', dropped_packets: 3 });
    expect(verificationOf(after)).toBe('verified');
  });

  it('waits, then takes silence for the end, but not of a dead source', () => {
    expect(verifyEffect(applied, seen(9)).effective).toBe('pending');
    expect(verifyEffect(applied, seen(10)).effective).toBe('silent');
    expect(verifyEffect(applied, seen(10, { areSourcesAlive: false })).effective).toBe('pending');
  });

  it('is no, an alarm, when the attack goes on, also after it looked good', () => {
    const active = seen(10, { lastSeenAt: inForceAt + 5_000 });
    for (const effective of ['pending', 'yes', 'silent'] as const)
      expect(verifyEffect({ ...applied, effective }, active).effective).toBe('no');
    expect(verificationOf(verifyEffect(applied, active))).toBe('failed');
  });

  it('forgives events that were on their way', () => {
    expect(verifyEffect(applied, seen(4, { lastSeenAt: inForceAt + 2_900 })).effective).toBe('pending');
  });

  it('is not observable when nothing tells', () => {
    expect(verifyEffect(applied, seen(59, { lastSeenAt: undefined })).effective).toBe('pending');
    const after = verifyEffect(applied, seen(60, { lastSeenAt: undefined }));
    expect(verificationOf(after)).toBe('unverifiable');
  });

  it('never counts backwards', () => {
    const before = { ...applied, effective: 'yes', dropped_packets: 9 } as const;
    expect(verifyEffect(before, seen(20, { droppedPackets: 1 })).dropped_packets).toBe(9);
  });
});
