import { open } from 'node:fs/promises';
import { z } from 'zod';
import { messageOf } from '../base/errors.ts';
import { errors } from './errors.ts';

/** A checkpoint as it leaves the box: one JSON object a line. */
export const ExportedCheckpoint = z.object({
  size: z.int().nonnegative(),
  /** C2SP signed note. */
  note: z.string(),
  /** Size of the checkpoint before it. */
  since: z.int().nonnegative(),
  /** The leaf hashes from `since` to `size`, 32 bytes each, base64: with them a verifier names the very row that was changed. */
  leaves: z.string(),
});
export type ExportedCheckpoint = z.infer<typeof ExportedCheckpoint>;

/** Takes a checkpoint off the database. It may get one twice (after a crash), and must have it safe when it resolves. */
export type CheckpointExport = (checkpoint: ExportedCheckpoint) => Promise<void>;

/** Appends to a file and waits for the disk. */
export function exportToFile(path: string): CheckpointExport {
  return async (checkpoint) => {
    const file = await open(path, 'a', 0o644);
    try {
      await file.appendFile(`${JSON.stringify(checkpoint)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  };
}

/** Reads the lines that `exportToFile` wrote. A last line without its end was cut by a crash and is passed over. Throws LEDGER.BAD_FILE. */
export function readCheckpoints(text: string, file: string): ExportedCheckpoint[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line, index) => {
      try {
        return ExportedCheckpoint.parse(JSON.parse(line));
      } catch (cause) {
        const where = { file, line: index + 1 };
        throw errors.BAD_FILE(['list of checkpoints', messageOf(cause).slice(0, 200)], { cause, where });
      }
    });
}
