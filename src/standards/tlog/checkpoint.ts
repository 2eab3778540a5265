/** What a log says of itself at a size. C2SP tlog-checkpoint. */
export interface Checkpoint {
  origin: string;
  size: bigint;
  root: Uint8Array;
}

/** The text that is signed. */
export function checkpointText(checkpoint: Checkpoint): string {
  return `${checkpoint.origin}\n${checkpoint.size}\n${Buffer.from(checkpoint.root).toString('base64')}\n`;
}

/** undefined when the text has not the form of a checkpoint. Extension lines are passed over. */
export function readCheckpoint(text: string): Checkpoint | undefined {
  const [origin = '', size = '', root = '', ...more] = text.split('\n');
  if (origin === '' || !/^(?:0|[1-9]\d{0,19})$/.test(size) || !text.endsWith('\n')) return undefined;
  // The last element is what follows the last newline: nothing; extension lines are not empty.
  if (more.slice(0, -1).includes('')) return undefined;
  const bytes = Buffer.from(root, 'base64');
  if (bytes.length !== 32 || bytes.toString('base64') !== root) return undefined;
  return { origin, size: BigInt(size), root: bytes };
}
