/** Merkle proofs: `tlog/inclusion.json` and `tlog/consistency.json` of a standards folder. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { verifyConsistency, verifyInclusion, type ProofOutcome } from '../../src/standards/tlog/index.ts';
import type { Suite } from './suite.ts';

const hashes = z
  .array(z.string())
  .nullable()
  .transform((list) => (list ?? []).map(bytes));
const Inclusion = z.object({
  case: z.string(),
  leafIdx: z.bigint(),
  treeSize: z.bigint(),
  root: z.string().transform(bytes),
  leafHash: z.string().transform(bytes),
  proof: hashes,
  wantErr: z.boolean(),
});
const Consistency = z.object({
  case: z.string(),
  size1: z.bigint(),
  size2: z.bigint(),
  root1: z.string().transform(bytes),
  root2: z.string().transform(bytes),
  proof: hashes,
  wantErr: z.boolean(),
});

export const tlog: Suite = {
  name: 'tlog',
  run(dir) {
    const failed: string[] = [];
    let passed = 0;
    const judge = (name: string, outcome: ProofOutcome, isWrong: boolean) => {
      if ((outcome.outcome === 'refuted') === isWrong) passed += 1;
      else failed.push(`${name}: ${outcome.outcome}${outcome.outcome === 'refuted' ? ` (${outcome.reason})` : ''}`);
    };
    for (const raw of read(join(dir, 'tlog/inclusion.json'))) {
      const { leafIdx: index, treeSize: size, leafHash: leaf, root, proof, ...vector } = Inclusion.parse(raw);
      judge(vector.case, verifyInclusion({ index, size, leaf, root, proof }), vector.wantErr);
    }
    for (const raw of read(join(dir, 'tlog/consistency.json'))) {
      const vector = Consistency.parse(raw);
      judge(vector.case, verifyConsistency(vector), vector.wantErr);
    }
    const files = ['tlog/inclusion.json', 'tlog/consistency.json'].map((name) => join(dir, name));
    return { passed, failed, skipped: files.filter((file) => !existsSync(file)).map((file) => `${file} is not here`) };
  },
};

function bytes(base64: string): Buffer {
  return Buffer.from(base64, 'base64');
}

/** Indices reach 2^64 - 1, so every number is read from its own digits. */
function read(path: string): unknown[] {
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'utf8');
  return z
    .array(z.unknown())
    .parse(
      JSON.parse(text, (_key, value: unknown, context?: { source?: string }) =>
        typeof value === 'number' ? BigInt(context?.source ?? String(value)) : value,
      ),
    );
}
