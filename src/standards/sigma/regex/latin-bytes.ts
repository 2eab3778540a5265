/** Longer texts are read as they are. */
const mostBytes = 65_536;
const buffer = Buffer.alloc(mostBytes);
const notLatin = /[^\0-\xff]/;
/** The text whose characters stand in the buffer: one value meets many expressions. */
let copied = '';

/** The characters of a text as bytes, until the next call; undefined when it is too long or has characters beyond U+00FF. Reading bytes takes half the time of `charCodeAt`. */
export function latinBytes(text: string): Uint8Array | undefined {
  if (text === copied) return buffer;
  if (text.length > mostBytes || notLatin.test(text)) return undefined;
  buffer.write(text, 'latin1');
  copied = text;
  return buffer;
}
