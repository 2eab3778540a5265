const rotatedEnding = /^[.\-_~](?:\d[\d.\-_:T]*|old|bak|prev|save|orig)?$/;

/**
 * The name that a file had before a rotation left it behind, given the names of its directory: `access.log` for
 * `access.log.1` and `access.log-20261121`; undefined for a name that no rotation made. Such a file is never new:
 * it was read under its first name.
 */
export function rotatedFrom(name: string, others: ReadonlySet<string>): string | undefined {
  for (let end = name.length - 1; end > 0; end -= 1) {
    const base = name.slice(0, end);
    if ('.-_~'.includes(name[end] ?? '') && others.has(base) && rotatedEnding.test(name.slice(end))) return base;
  }
  return undefined;
}

/** Whether the name is that of a compressed file: no lines can be read from it as they stand. */
export function isPackedName(name: string): boolean {
  return /\.(?:gz|bz2|xz|zst|lz4|zip|Z)$/.test(name);
}
