import { errors } from './errors.ts';
import type { Pattern, PatternPart } from './pattern.ts';

/** UTF-16 of a text as one character a byte, so that it stands beside log text. */
export function toUtf16(text: string, order: 'le' | 'be', withMark: boolean): Buffer {
  const bytes = Buffer.from(withMark ? `\ufeff${text}` : text, 'utf16le');
  return order === 'le' ? bytes : bytes.swap16();
}

/**
 * The three forms base64 of `bytes` can take inside a longer text, cut to what does not depend on the neighbours.
 * Bytes before it shift it by 0 to 2 (SPEC.md [M6]).
 */
export function base64Offsets(bytes: Buffer): string[] {
  const skip = [0, 2, 3];
  const cut = [0, 3, 2];
  return skip.map((from, offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset, 0x20), bytes]).toString('base64');
    return encoded.slice(from, encoded.length - (cut[(bytes.length + offset) % 3] ?? 0));
  });
}

const dashes = ['-', '/', '–', '—', '―'];
const dashLimit = 3_125;

/** Every spelling of a command line's switches: a dash or slash that begins a word, as any of five characters (SPEC.md [M7]). */
export function dashVariants(pattern: Pattern): Pattern[] {
  let variants: PatternPart[][] = [[]];
  for (const part of pattern) {
    const spellings = typeof part === 'string' ? spell(part) : [part];
    if (variants.length * spellings.length > dashLimit) throw errors.TOO_MANY_VARIANTS([dashLimit]);
    variants = variants.flatMap((variant) => spellings.map((spelling) => [...variant, spelling]));
  }
  return variants;
}

function spell(text: string): string[] {
  const pieces = text.split(/(?<![\p{L}\p{N}_])[-/](?=[\p{L}\p{N}_])/u);
  if (dashes.length ** (pieces.length - 1) > dashLimit) throw errors.TOO_MANY_VARIANTS([dashLimit]);
  return pieces
    .slice(1)
    .reduce<string[]>(
      (spellings, piece) => spellings.flatMap((spelling) => dashes.map((dash) => spelling + dash + piece)),
      [pieces[0] ?? ''],
    );
}
