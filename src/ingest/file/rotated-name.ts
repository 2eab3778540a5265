const rotatedEnding = /^[.\-_~](?:\d[\d.\-_:T]*|old|bak|prev|save|orig)?$/;
/** `access.1.log`, `access-20261121.log`, `access-2026-11-21-1.log`. */
const rotatedInfix = /^(?:\.\d{1,4}|[.\-_]\d{4}-?\d{2}-?\d{2}(?:[.\-_:T]?\d+)*)$/;

/**
 * The name that a file had before a rotation left it behind, given the first names of its directory: `access.log` for
 * `access.log.1`, `access.log-20261121` and `access-20261121.log`; undefined for a name that no rotation made.
 */
export function rotatedFrom(name: string, firstNames: ReadonlySet<string>): string | undefined {
  for (let end = name.length - 1; end > 0; end -= 1) {
    if (!'.-_~'.includes(name[end] ?? '')) continue;
    const base = name.slice(0, end);
    if (firstNames.has(base) && rotatedEnding.test(name.slice(end))) return base;
  }
  const dot = name.lastIndexOf('.');
  const extension = name.slice(dot);
  for (let end = dot - 1; end > 0; end -= 1) {
    if (!'.-_'.includes(name[end] ?? '')) continue;
    const base = `${name.slice(0, end)}${extension}`;
    if (firstNames.has(base) && rotatedInfix.test(name.slice(end, dot))) return base;
  }
  return undefined;
}

/** Whether the name is that of a compressed file: no lines can be read from it as they stand. */
export function isPackedName(name: string): boolean {
  return /\.(?:gz|bz2|xz|zst|lz4|zip|Z)$/.test(name);
}
