import { readXml, type XmlElement } from './xml.ts';

/** An event as Windows and Sysmon render it in XML. */
export interface XmlEvent {
  /** The System element: texts by name, attributes as `Name_Attribute`. */
  system: Readonly<Record<string, unknown>>;
  /** Leaves of EventData and UserData, and the rendered Message, in order; a name may occur more than once. */
  data: [name: string, value: unknown][];
}

/** Reads one `<Event>` and nothing else; undefined for anything else, also when it is torn. */
export function readXmlEvent(text: string): XmlEvent | undefined {
  const event = readXml(text.trim());
  if (event?.name !== 'Event') return undefined;
  const system: [string, unknown][] = [];
  const data: [string, unknown][] = [];
  for (const part of event.children) {
    if (part.name === 'System')
      for (const child of part.children) {
        for (const [attribute, value] of child.attributes) system.push([`${child.name}_${attribute}`, value]);
        if (child.text !== '') system.push([child.name, child.text]);
      }
    else if (part.name === 'EventData' || part.name === 'UserData') data.push(...leavesOf(part));
    else if (part.name === 'RenderingInfo')
      for (const child of part.children) if (child.name === 'Message') data.push(['Message', child.text]);
  }
  return { system: Object.fromEntries(system), data };
}

/** The leaves of an EventData element that stands alone, as text of another record. */
export function readXmlData(text: string): [name: string, value: unknown][] {
  const element = readXml(text.trim());
  return element ? leavesOf(element) : [];
}

function leavesOf(element: XmlElement): [string, unknown][] {
  return element.children.flatMap((child) =>
    child.children.length > 0 ? leavesOf(child) : [[child.attributes.get('Name') ?? child.name, child.text]],
  );
}

/** Names that occur more than once get one list: whoever needs one value must not choose among several. */
export function joinedLeaves(entries: readonly [string, unknown][]): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  for (const [name, value] of entries) {
    const held = fields.get(name);
    fields.set(name, held === undefined ? value : [...(Array.isArray(held) ? held : [held]), value]);
  }
  return fields;
}
