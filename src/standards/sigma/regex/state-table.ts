import type { PositionSet } from './position-set.ts';

/** Where a state leads that is no other state. */
export const leads = { nobodyKnows: 0, toMatch: -1, nowhere: -2 } as const;

const firstRoom = 16;

/**
 * The states of a deterministic automaton as far as texts have needed them: sets of positions, each with the side that an assertion sees
 * behind it. A state is the place of its row in `rows`. A full table is emptied and begins anew.
 */
export class StateTable {
  /** By state + class: the state that follows, or `leads`. Another array after `enter`. */
  rows: Int32Array;
  /** How often the table was emptied; states from before are none. */
  emptied = 0;
  readonly #width: number;
  readonly #words: number;
  readonly #most: number;
  #room: number;
  #count = 0;
  /** Of each state its set, then its side. */
  #keys: Int32Array;
  /** Open addressing: one more than a state's number, 0 where nothing is. */
  #slots: Int32Array;

  /**
   * @param words of a set
   * @param mostBytes more are used only where they hold fewer than two states
   */
  constructor(words: number, classes: number, mostBytes: number) {
    this.#width = classes;
    this.#words = words;
    this.#most = Math.max(2, Math.floor(mostBytes / (4 * (classes + words + 1 + 2))) - 1);
    this.#room = Math.min(firstRoom, this.#most);
    this.rows = new Int32Array((this.#room + 1) * classes);
    this.#keys = new Int32Array(this.#room * (words + 1));
    this.#slots = new Int32Array(2 * this.#room);
  }

  get bytes(): number {
    return this.rows.byteLength + this.#keys.byteLength + this.#slots.byteLength;
  }

  /** The state of this set and side, added when it is new. */
  enter(set: PositionSet, side: number): number {
    let slot = this.#find(set, side);
    let number = (this.#slots[slot] ?? 0) - 1;
    if (number < 0) {
      if (this.#count === this.#room) {
        if (this.#room < this.#most) this.#grow();
        else this.#empty();
        slot = this.#find(set, side);
      }
      number = this.#count;
      this.#count += 1;
      this.#slots[slot] = number + 1;
      this.#keys.set(set, number * (this.#words + 1));
      this.#keys[number * (this.#words + 1) + this.#words] = side;
    }
    return (number + 1) * this.#width;
  }

  /** Copies the set of a state. Gives its side. */
  read(state: number, into: PositionSet): number {
    const at = (state / this.#width - 1) * (this.#words + 1);
    for (let word = 0; word < this.#words; word += 1) into[word] = this.#keys[at + word] ?? 0;
    return this.#keys[at + this.#words] ?? 0;
  }

  /** The slot where it is, or where it belongs. */
  #find(set: PositionSet, side: number): number {
    const [slots, keys, words] = [this.#slots, this.#keys, this.#words];
    let hash = side;
    for (let word = 0; word < words; word += 1) hash = mixed(hash, set[word] ?? 0);
    for (let slot = (hash >>> 0) % slots.length; ; slot = (slot + 1) % slots.length) {
      const number = (slots[slot] ?? 0) - 1;
      if (number < 0) return slot;
      const at = number * (words + 1);
      let word = 0;
      while (word < words && keys[at + word] === set[word]) word += 1;
      if (word === words && keys[at + words] === side) return slot;
    }
  }

  #grow(): void {
    this.#room = Math.min(2 * this.#room, this.#most);
    this.rows = grown(this.rows, (this.#room + 1) * this.#width);
    this.#keys = grown(this.#keys, this.#room * (this.#words + 1));
    this.#slots = new Int32Array(2 * this.#room);
    const set = new Int32Array(this.#words);
    for (let number = 0; number < this.#count; number += 1) {
      const side = this.read((number + 1) * this.#width, set);
      this.#slots[this.#find(set, side)] = number + 1;
    }
  }

  #empty(): void {
    this.emptied += 1;
    this.#count = 0;
    this.rows.fill(leads.nobodyKnows);
    this.#slots.fill(0);
  }
}

function mixed(hash: number, word: number): number {
  const turned = Math.imul(hash ^ word, 0x9e3779b1);
  return turned ^ (turned >>> 15);
}

function grown(array: Int32Array, length: number): Int32Array {
  const larger = new Int32Array(length);
  larger.set(array);
  return larger;
}
