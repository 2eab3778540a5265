/** A place in a list, opaque to the caller: a time and an id. */
export interface Place {
  at: Date;
  id: string;
}

export function writeCursor(place: Place): string {
  return Buffer.from(`${place.at.getTime()} ${place.id}`).toString('base64url');
}

/** undefined: no cursor of ours, begin at the start. */
export function readCursor(cursor: string | undefined): Place | undefined {
  const [time = '', id = ''] = Buffer.from(cursor ?? '', 'base64url')
    .toString('utf8')
    .split(' ');
  const at = new Date(/^\d{1,15}$/.test(time) ? Number(time) : Number.NaN);
  return id === '' || Number.isNaN(at.getTime()) ? undefined : { at, id };
}

/** One more row than asked for tells whether there is a next page. */
export function pageOf<T>(
  rows: readonly T[],
  limit: number,
  placeOf: (row: T) => Place,
): { items: T[]; next_cursor: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next_cursor: rows.length > limit && last !== undefined ? writeCursor(placeOf(last)) : null };
}
