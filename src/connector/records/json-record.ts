/** Deeper records are no log lines; whoever walks a record may recurse without fear. */
const deepest = 64;

/** A JSON object of an unknown shape. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** Whether the value is a JSON object. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Several formats look at the same line one after the other: it is parsed once. */
let last: { line: string; record: JsonRecord | undefined } = { line: '', record: undefined };

/**
 * One line as a JSON object; undefined for anything else, torn ones and those nested more than 64 deep. The object may
 * be given to others too: nobody changes it.
 */
export function readJsonRecord(line: string): JsonRecord | undefined {
  if (line !== last.line) last = { line, record: parse(line) };
  return last.record;
}

function parse(line: string): JsonRecord | undefined {
  let at = 0;
  while (line.charCodeAt(at) <= 32 || line.charCodeAt(at) === 0xfeff) at += 1;
  if (line[at] !== '{') return undefined;
  if (isTooDeep(line)) return undefined;
  try {
    const value: unknown = JSON.parse(at === 0 ? line : line.slice(at));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isTooDeep(line: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const code = line.charCodeAt(at);
    if (quoted) {
      if (code === 0x5c) at += 1;
      else if (code === 0x22) quoted = false;
    } else if (code === 0x22) quoted = true;
    else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > deepest) return true;
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
  return false;
}
