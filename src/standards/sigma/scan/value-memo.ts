/** What was found in the latest values of a field; many come again and again. */
export interface ValueMemo {
  /** undefined: the value has to be looked at. */
  find(value: string): readonly number[] | undefined;
  keep(value: string, found: readonly number[]): void;
}

const slots = 32;
/** A longer value is seldom the same as one before. */
const longest = 1_000;
/** After so many values it is kept only where at least a third came again. */
const trial = 300;

export function createValueMemo(): ValueMemo {
  const values: string[] = Array.from({ length: slots }, () => '');
  const lists: (readonly number[])[] = Array.from({ length: slots }, () => []);
  let asked = 0;
  let hits = 0;
  let isOver = false;
  let slot = 0;

  return {
    find(value) {
      const { length } = value;
      if (isOver || length > longest || length === 0) return undefined;
      asked += 1;
      slot =
        (length ^
          (value.charCodeAt(length - 1) * 7) ^
          (value.charCodeAt(length >> 1) * 3) ^
          (value.charCodeAt((length * 3) >> 2) * 5)) &
        (slots - 1);
      if (values[slot] === value) {
        hits += 1;
        return lists[slot];
      }
      if (asked >= trial) {
        isOver = hits * 3 < asked;
        asked = 0;
        hits = 0;
      }
      return undefined;
    },
    keep(value, found) {
      const { length } = value;
      if (isOver || length > longest || length === 0) return;
      values[slot] = value;
      lists[slot] = found;
    },
  };
}
