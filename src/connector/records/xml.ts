/** An element of a rendered event. */
export interface XmlElement {
  name: string;
  attributes: ReadonlyMap<string, string>;
  children: readonly XmlElement[];
  /** Its own text and CDATA, entities undone. */
  text: string;
}

interface Open {
  name: string;
  attributes: Map<string, string>;
  children: Open[];
  text: string;
}

const deepest = 32;
const namePattern = /[A-Za-z_][\w.:-]{0,127}/y;
const attributePattern = /\s{1,64}([A-Za-z_][\w.:-]{0,127})\s{0,8}=\s{0,8}(?:"([^"<]*)"|'([^'<]*)')/y;
const tagEnd = /\s{0,64}(\/?)>/y;
const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * One XML element and nothing else, as Windows renders events: no document type, no entities but the five and
 * character references, no processing instructions but a prolog, at most 32 deep. Undefined for anything else, also when it is torn.
 */
export function readXml(text: string): XmlElement | undefined {
  const root: Open = { name: '', attributes: new Map(), children: [], text: '' };
  const stack: Open[] = [root];
  let at = 0;
  while (at < text.length) {
    const top = stack.at(-1) ?? root;
    if (text[at] !== '<') {
      const next = text.indexOf('<', at);
      const end = next < 0 ? text.length : next;
      top.text += undoEntities(text.slice(at, end));
      at = end;
    } else if (text.startsWith('<![CDATA[', at)) {
      const end = text.indexOf(']]>', at);
      if (end < 0) return undefined;
      top.text += text.slice(at + 9, end);
      at = end + 3;
    } else if (text.startsWith('<!--', at)) {
      const end = text.indexOf('-->', at + 4);
      if (end < 0) return undefined;
      at = end + 3;
    } else if (at === 0 && text.startsWith('<?xml ')) {
      const end = text.indexOf('?>');
      if (end < 0) return undefined;
      at = end + 2;
    } else if (text.startsWith('</', at)) {
      if (stack.length < 2 || !text.startsWith(`${top.name}>`, at + 2)) return undefined;
      stack.pop();
      at += top.name.length + 3;
    } else {
      const opened = readTag(text, at + 1);
      if (!opened || stack.length > deepest) return undefined;
      top.children.push(opened.element);
      if (!opened.isClosed) stack.push(opened.element);
      at = opened.end;
    }
  }
  const [only, more] = root.children;
  return stack.length === 1 && only && !more && root.text.trim() === '' ? only : undefined;
}

function readTag(text: string, from: number): { element: Open; isClosed: boolean; end: number } | undefined {
  namePattern.lastIndex = from;
  const name = namePattern.exec(text)?.[0];
  if (name === undefined) return undefined;
  const element: Open = { name, attributes: new Map(), children: [], text: '' };
  let at = from + name.length;
  for (;;) {
    attributePattern.lastIndex = at;
    const match = attributePattern.exec(text);
    if (!match) break;
    element.attributes.set(match[1] ?? '', undoEntities(match[2] ?? match[3] ?? ''));
    at += match[0].length;
  }
  tagEnd.lastIndex = at;
  const end = tagEnd.exec(text);
  return end ? { element, isClosed: end[1] === '/', end: at + end[0].length } : undefined;
}

function undoEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));/g, (whole, name, decimal, hex) => {
    if (typeof name === 'string') return named[name] ?? whole;
    const code = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
