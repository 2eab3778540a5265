import { appendLeaves, emptyFrontier, leafHash, rootOf, type NoteVerifier } from '../standards/tlog/index.ts';
import type { ExportedCheckpoint } from './exported-checkpoint.ts';
import type { PlacedEntry } from './ledger-file.ts';
import { trustedLeaves, type SignedTree } from './trusted-leaves.ts';

export type LedgerReport =
  | {
      outcome: 'intact';
      /** Entries read. */
      size: number;
      /** Root over all of them, base64. */
      root: string;
      checkpoints: number;
      /** Entries under a signed checkpoint; those after it are only consistent in themselves. */
      proven: number;
    }
  | { outcome: 'broken'; seq: number; id: string | null; what: string };

/**
 * Recomputes every leaf and root and compares with what was signed. Names the first bad row: exactly where the
 * checkpoints brought their leaf hashes, else the range between two checkpoints. Reads only what it is given, so it
 * runs offline. `expectedSize`: how many entries the sequencer says it placed, when that is known.
 */
export async function verifyLedger(input: {
  entries: AsyncIterable<PlacedEntry>;
  checkpoints: readonly ExportedCheckpoint[];
  keys: readonly NoteVerifier[];
  expectedSize?: number;
}): Promise<LedgerReport> {
  const signed = trustedLeaves(input.checkpoints, input.keys);
  if (signed.outcome === 'refused')
    return broken(Math.max(0, signed.size - 1), null, `the checkpoint of size ${signed.size}: ${signed.reason}`);
  const { trees, leaves } = signed.trusted;
  const places = new Map(leaves.map((leaf, seq) => [hex(leaf), seq]));
  let frontier = emptyFrontier;
  let seq = 0;
  let provenTo = 0;
  const due = [...trees];

  for await (const [entry, next] of inPairs(input.entries)) {
    const fault = faultOf(entry, next, seq, leaves, places);
    if (fault) return fault;
    frontier = appendLeaves(frontier, [leafHash(Buffer.from(entry.body))]);
    seq += 1;
    const tree = due[0]?.size === seq ? due.shift() : undefined;
    if (tree && !isSame(rootOf(frontier), tree.root)) return broken(provenTo, entry.id, rangeText(provenTo, tree));
    if (tree) provenTo = tree.size;
  }
  const wanted = Math.max(trees.at(-1)?.size ?? 0, input.expectedSize ?? 0);
  if (seq < wanted) return broken(seq, null, `truncated: entries ${seq} to ${wanted - 1} are missing`);
  if (input.expectedSize !== undefined && seq > input.expectedSize)
    return broken(
      input.expectedSize,
      null,
      `inserted: the sequencer placed ${input.expectedSize} entries and there are ${seq}`,
    );
  const root = Buffer.from(rootOf(frontier)).toString('base64');
  return { outcome: 'intact', size: seq, root, checkpoints: trees.length, proven: provenTo };
}

function faultOf(
  entry: PlacedEntry,
  next: PlacedEntry | undefined,
  seq: number,
  leaves: readonly Uint8Array[],
  places: ReadonlyMap<string, number>,
): LedgerReport | undefined {
  if (entry.seq > seq)
    return broken(seq, null, `deleted: no entry at ${seq === entry.seq - 1 ? seq : `${seq} to ${entry.seq - 1}`}`);
  if (entry.seq < seq) return broken(entry.seq, entry.id, 'repeated: this place is taken twice');
  const leaf = leafHash(Buffer.from(entry.body));
  if (!isSame(leaf, entry.leafHash)) return broken(seq, entry.id, 'changed: the body does not give its leaf hash');
  const column = differingColumn(entry);
  if (column !== undefined)
    return broken(seq, entry.id, `changed: the column ${column} does not say what the body says`);
  const trusted = leaves[seq];
  if (!trusted || isSame(leaf, trusted)) return undefined;
  const belongs = places.get(hex(leaf));
  const nextIsTrusted = next !== undefined && isSame(next.leafHash, trusted);
  if (belongs !== undefined && belongs === seq + 1 && !nextIsTrusted)
    return broken(seq, entry.id, 'deleted: the entry that stood here is gone and the next ones moved up');
  if (belongs !== undefined) return broken(seq, entry.id, `reordered: this entry belongs at ${belongs}`);
  return broken(
    seq,
    entry.id,
    nextIsTrusted ? 'inserted: this entry was never signed here' : 'changed: another entry was signed at this place',
  );
}

/** The body is JSON of ours when its leaf hash fits; a body that is none has no fields to compare. */
function differingColumn(entry: PlacedEntry): string | undefined {
  if (!entry.columns) return undefined;
  const body: unknown = JSON.parse(entry.body);
  if (typeof body !== 'object' || body === null) return 'body';
  const said = new Map(Object.entries(body));
  return Object.entries(entry.columns).find(([name, value]) => said.get(name) !== value)?.[0];
}

function rangeText(from: number, tree: SignedTree): string {
  return `changed: one of the entries ${from} to ${tree.size - 1} is not what the checkpoint of size ${tree.size} signed`;
}

async function* inPairs(entries: AsyncIterable<PlacedEntry>): AsyncGenerator<[PlacedEntry, PlacedEntry | undefined]> {
  let held: PlacedEntry | undefined;
  for await (const entry of entries) {
    if (held) yield [held, entry];
    held = entry;
  }
  if (held) yield [held, undefined];
}

const broken = (seq: number, id: string | null, what: string): LedgerReport => ({ outcome: 'broken', seq, id, what });
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
