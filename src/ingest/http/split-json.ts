/**
 * The elements of a JSON array as they stand in the text (numbers keep their digits); undefined when the text is no
 * array. Finds the borders only: whether an element is JSON is for its reader to say.
 */
export function splitJsonArray(text: string): string[] | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith('[') || !trimmed.endsWith(']')) return undefined;
  const elements: string[] = [];
  let depth = 0;
  let inString = false;
  let start = 1;
  for (let at = 1; at < trimmed.length - 1; at += 1) {
    const character = trimmed[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    else if (character === ',' && depth === 0) {
      elements.push(trimmed.slice(start, at).trim());
      start = at + 1;
    }
    if (depth < 0) return undefined;
  }
  const last = trimmed.slice(start, -1).trim();
  if (last !== '' || elements.length > 0) elements.push(last);
  return depth === 0 && !inString ? elements : undefined;
}

/** Why a text is no JSON object; undefined when it is one. */
export function whyNoObject(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? undefined
      : 'it is JSON, but no object';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
