/**
 * The line with other ids, names with numbers, hashes and addresses, the same in the whole of a copy: other digits at the end
 * of every long number, name with a number and hash, and in the host part of every IPv4 address. What says what kind of event it is
 * (numbers of up to four digits) stays. JSON stays JSON.
 */
export function otherIds(line: string, copy: number): string {
  if (copy === 0) return line;
  return line
    .replaceAll(
      /\b(\d{1,3}\.\d{1,3})\.(\d{1,3})\.(\d{1,3})\b/g,
      (_, net: string, third: string, host: string) =>
        `${net}.${(Number(third) + copy) % 256}.${(Number(host) * 7 + copy) % 256}`,
    )
    .replaceAll(/\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b/gi, (id) => turned(id, copy))
    .replaceAll(/\b[A-Za-z]{3,}[-_]?\d{1,3}\b/g, (name) => turned(name, copy));
}

/** Decimal digits among the last four characters are turned; never the first character. */
function turned(id: string, copy: number): string {
  const kept = Math.max(1, id.length - 4);
  const end = id.slice(kept).replaceAll(/\d/g, (digit) => String((Number(digit) * 3 + copy) % 10));
  return id.slice(0, kept) + end;
}
