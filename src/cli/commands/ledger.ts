import { z } from 'zod';
import { verifyLedger } from '../../api/ledger.ts';
import { command } from '../command.ts';

export const ledgerCommands = [
  command({
    name: 'ledger verify',
    summary: 'hash every entry again and compare with the signed checkpoints',
    args: z.object({}),
    options: z.object({}),
    run: async (world) => (await world.client()).call(verifyLedger, {}, { signal: world.signal }),
    show: (verdict) => verdict.detail,
    exitCode: (verdict) => (verdict.is_intact ? 0 : 3),
  }),
];
