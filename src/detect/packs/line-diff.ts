/** Beyond this many lines on a side the texts are shown as replaced whole: the table below grows with their product. */
const maxLines = 2_000;
const context = 2;

/**
 * What changed between two texts, line by line, as `- old` and `+ new` with two lines around each change and `…` between
 * places; the longest common subsequence of their lines stays.
 */
export function lineDiff(before: string, after: string): string[] {
  const [left, right] = [before.split('\n'), after.split('\n')];
  if (left.length > maxLines || right.length > maxLines)
    return [`… ${left.length} lines became ${right.length}; too many to compare`];
  const marked = mark(left, right);
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
