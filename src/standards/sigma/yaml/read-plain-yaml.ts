/** Deeper files are left to the full reader. */
const deepest = 30;
const longestKey = 200;
const keyPattern = /^[A-Za-z_][\w.|*@/()+-]*(?: [\w.|*@/()+-]+)*$/;
/** What the core schema of YAML 1.2 reads as something else than a text, and `__proto__`, which no map may get by assignment. */
const notText = /^(?:~|null|true|false|[-+]?\.inf|\.nan|0o[0-7]+|__proto__)$/i;
const words = new Map<string, unknown>([
  ['null', null],
  ['true', true],
  ['false', false],
]);
/** A character with which no plain text begins, or which would have to be looked at more closely. */
const indicators = new Set('-?:,[]{}#&*!|>\'"%@`');

interface Lines {
  texts: readonly string[];
  /** Column at which the content of the line at `at` begins. A dash is taken off with what is before it. */
  indent: number;
  /** What stands there; '' when all lines are read. */
  content: string;
  at: number;
}

const notPlain = new Error('It is not plain.');

/**
 * Reads the YAML that rules are mostly written in: one document that is a map, not begun by a comment; maps and lists in block style; texts that are
 * plain, in quotes or literal blocks. Says undefined to anything else and to anything it is not sure of: tabs, anchors,
 * aliases, tags, flow style, folded blocks, several documents, twins among keys, and all that is wrong. What it reads is what
 * the full reader would read (SPEC.md [Y7]).
 */
export function readPlainYaml(text: string): { values: Record<string, unknown>; start: Place } | undefined {
  // Control characters, byte order marks and marks between documents.
  if (/[^\P{Cc}\n]|\ufeff|^(?:---|\.\.\.|%)/mu.test(text)) return undefined;
  const lines: Lines = { texts: text.split('\n'), indent: 0, content: '', at: -1 };
  try {
    advance(lines);
    if (lines.indent !== 0 || isEntry(lines.content)) return undefined;
    // Whether a comment before the document is part of it, the full reader knows.
    if (lines.texts.slice(0, lines.at).some((line) => line.includes('#'))) return undefined;
    const start = { line: lines.at + 1, column: 1 };
    const values = readMap(lines, 0, 1);
    return lines.content === '' ? { values, start } : undefined;
  } catch (error) {
    if (error === notPlain) return undefined;
    throw error;
  }
}

/** Both from 1. */
interface Place {
  line: number;
  column: number;
}

/** To the next line that is neither empty nor a comment. */
function advance(lines: Lines): void {
  for (;;) {
    lines.at += 1;
    const text = lines.texts[lines.at];
    if (text === undefined) {
      lines.indent = -1;
      lines.content = '';
      return;
    }
    const indent = indentOf(text);
    if (indent === text.length || text[indent] === '#') continue;
    lines.indent = indent;
    lines.content = text.slice(indent);
    return;
  }
}

function indentOf(text: string): number {
  let indent = 0;
  while (text.charCodeAt(indent) === 0x20) indent += 1;
  return indent;
}

const isEntry = (content: string) => content === '-' || content.startsWith('- ');

function readBlock(lines: Lines, depth: number): unknown {
  if (depth > deepest) throw notPlain;
  return isEntry(lines.content) ? readList(lines, lines.indent, depth) : readMap(lines, lines.indent, depth);
}

function readMap(lines: Lines, indent: number, depth: number): Record<string, unknown> {
  const map: Record<string, unknown> = {};
  while (lines.indent === indent && lines.content !== '') {
    const { content } = lines;
    const colon = colonOf(content);
    const key = content.slice(0, colon);
    if (colon < 0 || colon > longestKey || !keyPattern.test(key) || notText.test(key) || Object.hasOwn(map, key))
      throw notPlain;
    map[key] = readValue(lines, content.slice(colon + 1).trimStart(), indent, true, depth);
  }
  if (lines.indent > indent) throw notPlain;
  return map;
}

function readList(lines: Lines, indent: number, depth: number): unknown[] {
  const list: unknown[] = [];
  while (lines.indent === indent && isEntry(lines.content)) {
    const rest = lines.content.slice(1).trimStart();
    if (isEntry(rest) || (rest !== '' && !/^['"#|]/.test(rest) && colonOf(rest) >= 0)) {
      lines.indent += lines.content.length - rest.length;
      lines.content = rest;
      list.push(readBlock(lines, depth + 1));
    } else list.push(readValue(lines, rest, indent, false, depth));
  }
  if (lines.indent > indent) throw notPlain;
  return list;
}

/** The colon that ends a key, or -1. */
function colonOf(content: string): number {
  const colon = content.indexOf(': ');
  return colon < 0 && content.endsWith(':') ? content.length - 1 : colon;
}

/** What stands after a key or a dash, and below it; goes on to the line after it. */
function readValue(lines: Lines, rest: string, indent: number, isOfKey: boolean, depth: number): unknown {
  if (rest === '' || rest.startsWith('#')) {
    advance(lines);
    if (lines.indent > indent) return readBlock(lines, depth + 1);
    if (isOfKey && lines.indent === indent && isEntry(lines.content)) return readList(lines, indent, depth + 1);
    return null;
  }
  if (rest === '|' || rest === '|-') return readLiteral(lines, indent, rest === '|');
  const value = rest.startsWith("'") || rest.startsWith('"') ? unquoted(rest) : readText(lines, rest, indent);
  advance(lines);
  if (lines.indent > indent) throw notPlain;
  return value;
}

function unquoted(rest: string): string {
  const isSingle = rest.startsWith("'");
  const [whole, inner = ''] = (isSingle ? /^'((?:[^']|'')*)'/ : /^"((?:[^"\\]|\\["\\])*)"/).exec(rest) ?? [];
  if (whole === undefined || !/^ *(?: #.*)?$/.test(rest.slice(whole.length))) throw notPlain;
  return isSingle ? inner.replaceAll("''", "'") : inner.replaceAll(/\\(.)/g, '$1');
}

/** A plain text, on one line or folded over several. */
function readText(lines: Lines, rest: string, indent: number): unknown {
  const comment = rest.indexOf(' #');
  let text = plainText(comment < 0 ? rest : rest.slice(0, comment));
  for (;;) {
    const next = lines.texts[lines.at + 1] ?? '';
    const start = indentOf(next);
    if (start <= indent || start === next.length) break;
    if (comment >= 0 || next.includes(' #')) throw notPlain;
    text += ` ${plainText(next.slice(start))}`;
    lines.at += 1;
  }
  if (!/^(?:[-+.0-9~]|[nNtTfF])/.test(text)) return text;
  if (/^(?:0|-?[1-9]\d{0,14})$/.test(text)) return Number(text);
  const word = words.get(text);
  if (word !== undefined) return word;
  if (notText.test(text) || !Number.isNaN(Number(text))) throw notPlain;
  return text;
}

function plainText(text: string): string {
  const first = text[0] ?? '-';
  if (indicators.has(first) && (first !== '-' || !/^-[^\s]/.test(text))) throw notPlain;
  if (text.includes(': ') || /: *$/.test(text)) throw notPlain;
  return text.trimEnd();
}

/** A literal block below `|` or `|-`, as deep as its first line. */
function readLiteral(lines: Lines, indent: number, keepsEnd: boolean): string {
  const found: string[] = [];
  let deep = 0;
  let end = 0;
  for (lines.at += 1; lines.at < lines.texts.length; lines.at += 1) {
    const text = lines.texts[lines.at] ?? '';
    if (text === '') {
      found.push('');
      continue;
    }
    const start = indentOf(text);
    if (start === text.length) throw notPlain;
    if (start <= indent) break;
    deep ||= start;
    if (start < deep) throw notPlain;
    found.push(text.slice(deep));
    end = found.length;
  }
  if (end === 0) throw notPlain;
  lines.at -= 1;
  advance(lines);
  return found.slice(0, end).join('\n') + (keepsEnd ? '\n' : '');
}
