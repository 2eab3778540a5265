/**
 * The objects of a line that is one object with one list, as services deliver many records at once
 * (`{"Records":[{…},{…}]}`): each as it stands. Of a line that was cut, all that are whole.
 * @param name the list's; it must be the line's first key
 * @returns undefined when the line does not begin like that
 */
export function recordList(line: string, name: string): string[] | undefined {
  const head = /^\s{0,64}\{\s{0,64}"(\w{1,64})"\s{0,64}:\s{0,64}\[/.exec(line.slice(0, 512));
  if (head?.[1] !== name) return undefined;
  const records: string[] = [];
  let depth = 0;
  let start = 0;
  let isQuoted = false;
  for (let at = head[0].length; at < line.length; at += 1) {
    const code = line.charCodeAt(at);
    if (isQuoted) {
      if (code === 0x5c) at += 1;
      else if (code === 0x22) isQuoted = false;
    } else if (code === 0x22) isQuoted = true;
    else if (code === 0x7b || code === 0x5b) {
      if (depth === 0) start = at;
      depth += 1;
    } else if (code === 0x7d || code === 0x5d) {
      depth -= 1;
      if (depth < 0) break;
      if (depth === 0) records.push(line.slice(start, at + 1));
    }
  }
  return records;
}
