import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf } from '../../base/errors.ts';
import type { LedgerReport } from '../../ledger/index.ts';
import { command, type World } from '../command.ts';
import { errors } from '../errors.ts';
import { logOf, withDatabase } from '../with-database.ts';

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw errors.UNREADABLE([file, messageOf(cause)], { cause });
  }
}

async function verify(
  world: World,
  input: { file: string | undefined; checkpoints: string; key: string },
): Promise<LedgerReport> {
  const { entriesOfFile, readCheckpoints, readPublicKeys, verifyDatabase, verifyLedger } =
    await import('../../ledger/index.ts');
  const keys = readPublicKeys(read(input.key));
  const exported = existsSync(input.checkpoints)
    ? readCheckpoints(read(input.checkpoints), input.checkpoints)
    : undefined;
  if (input.file !== undefined)
    return verifyLedger({ entries: entriesOfFile(input.file), checkpoints: exported ?? [], keys });
  return withDatabase(world, async (url) => {
    const { openDatabase } = await import('../../db/index.ts');
    const db = openDatabase({ url, log: logOf(world), max: 1, applicationName: 'firebreak verify' });
    try {
      return await verifyDatabase(db, keys, exported);
    } finally {
      await db.close();
    }
  });
}

export const ledgerCommands = [
  command({
    name: 'ledger verify',
    summary: 'hash every entry again and compare with the signed checkpoints that left the database; needs no server',
    args: z.object({ file: z.string().optional().describe('an exported ledger (the database of this state folder)') }),
    options: z.object({
      checkpoints: z.string().optional().describe('file of exported checkpoints (checkpoints.txt of the state folder)'),
      key: z.string().optional().describe('file with the public keys (keys/ledger.pub of the state folder)'),
    }),
    run(world, { args, options }) {
      const { config } = world.config();
      const stateDir = world.path(config.state_dir);
      const exported = config.ledger.export_to;
      return verify(world, {
        file: args.file === undefined ? undefined : world.path(args.file),
        checkpoints: world.path(
          options.checkpoints ??
            (exported === '' || /^https?:/.test(exported) ? join(stateDir, 'checkpoints.txt') : exported),
        ),
        key: world.path(options.key ?? join(stateDir, 'keys', 'ledger.pub')),
      });
    },
    show: (report) =>
      report.outcome === 'intact'
        ? `Intact: ${report.size} entries, ${report.proven} of them under ${report.checkpoints} signed checkpoints. Root ${report.root}`
        : `Broken at entry ${report.seq}${report.id === null ? '' : ` (${report.id})`}: ${report.what}.`,
    exitCode: (report) => (report.outcome === 'intact' ? 0 : 3),
  }),
];
