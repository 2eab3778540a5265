/** How much comparing is left: a pair of texts takes the product of the lines between their first and last change. */
export interface DiffRoom {
  cells: number;
}

/** Between the first and the last change of a text; what is longer is shown as replaced whole. */
const maxLines = 2_000;
const context = 2;

/**
 * What changed between two texts, line by line, as `- old` and `+ new` with two lines around each change and `…` between
 * places; the longest common subsequence of their lines stays.
 * @param room what this and the next comparisons may take together; it becomes less
 */
export function lineDiff(before: string, after: string, room: DiffRoom): string[] {
  const [left, right] = [before.split('\n'), after.split('\n')];
  const shorter = Math.min(left.length, right.length);
  let head = 0;
  while (head < shorter && left[head] === right[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && left.at(-1 - tail) === right.at(-1 - tail)) tail += 1;
  const [old, next] = [left.slice(head, left.length - tail), right.slice(head, right.length - tail)];
  const cells = old.length * next.length;
  if (Math.max(old.length, next.length) > maxLines || cells > room.cells)
    return [`… ${left.length} lines became ${right.length}; too many to compare`];
  room.cells -= cells;
  const kept = (lines: readonly string[]) => lines.map((line) => `  ${line}`);
  const marked = [...kept(left.slice(0, head)), ...mark(old, next), ...kept(left.slice(left.length - tail))];
  const isNear = marked.map((_, index) =>
    marked.slice(Math.max(0, index - context), index + context + 1).some((line) => !line.startsWith(' ')),
  );
  return marked.flatMap((line, index) => {
    if (isNear[index] === true) return [line];
    return isNear[index - 1] === true && isNear.includes(true, index) ? ['…'] : [];
  });
}

function mark(left: readonly string[], right: readonly string[]): string[] {
  // lengths[i][j]: the longest common subsequence of left from i and right from j.
  const lengths = Array.from({ length: left.length + 1 }, () => new Uint16Array(right.length + 1));
  const at = (i: number, j: number) => lengths[i]?.[j] ?? 0;
  for (let i = left.length - 1; i >= 0; i -= 1)
    for (let j = right.length - 1; j >= 0; j -= 1) {
      const row = lengths[i];
      if (row) row[j] = left[i] === right[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  const marked: string[] = [];
  for (let i = 0, j = 0; i < left.length || j < right.length;) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      marked.push(`  ${left[i]}`);
      i += 1;
      j += 1;
    } else if (i < left.length && (j >= right.length || at(i + 1, j) >= at(i, j + 1))) {
      marked.push(`- ${left[i]}`);
      i += 1;
    } else {
      marked.push(`+ ${right[j]}`);
      j += 1;
    }
  }
  return marked;
}
