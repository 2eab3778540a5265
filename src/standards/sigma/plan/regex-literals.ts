/** Texts of which one must stand in whatever the expression matches, when both are folded; undefined: nothing is known. */
export type Needed = readonly string[] | undefined;

/** What a part of an expression matches: one of a few exact texts, or anything that has one of `needed`. */
interface Part {
  exact?: readonly string[];
  needed: Needed;
}

const mostTexts = 24;
const mostClass = 6;
const longestText = 64;
const nothing: Part = { exact: [''], needed: undefined };
const anything: Part = { needed: undefined };

/** RE2 syntax that is not read here; the expression is then one of which nothing is known. */
class Unread extends Error {}

/** Reads which texts an RE2 expression needs. Case does not matter: the answer is about folded text, and never more than is true. */
export function neededTexts(source: string): Needed {
  try {
    return bestOf(new Reader(source).read());
  } catch (error) {
    if (error instanceof Unread) return undefined;
    throw error;
  }
}

/** The better of two sets to look for: the one whose shortest text is longer. */
function better(left: Needed, right: Needed): Needed {
  if (!left || !right) return left ?? right;
  const [a, b] = [shortest(left), shortest(right)];
  return a > b || (a === b && left.length <= right.length) ? left : right;
}

const shortest = (texts: readonly string[]) => Math.min(...texts.map((text) => text.length));

function bestOf({ exact, needed }: Part): Needed {
  const whole = exact && exact.length > 0 && shortest(exact) > 0 ? exact : undefined;
  return better(whole, needed);
}

function union(parts: readonly Part[]): Part {
  const exact = parts.every((part) => part.exact) ? [...new Set(parts.flatMap((part) => part.exact ?? []))] : undefined;
  if (exact && exact.length <= mostTexts) return { exact, needed: undefined };
  const best = parts.map(bestOf);
  if (best.some((needed) => needed === undefined)) return anything;
  const all = [...new Set(best.flatMap((needed) => needed ?? []))];
  return { needed: all.length <= mostTexts ? all : undefined };
}

function concatenation(parts: readonly Part[]): Part {
  let run: readonly string[] = [''];
  let needed: Needed;
  let isExact = true;
  for (const part of parts) {
    const longer = part.exact && product(run, part.exact);
    if (longer) {
      run = longer;
      continue;
    }
    needed = better(better(needed, bestOf({ exact: run, needed: undefined })), bestOf(part));
    isExact = false;
    run = part.exact ?? [''];
  }
  return isExact ? { exact: run, needed } : { needed: better(needed, bestOf({ exact: run, needed: undefined })) };
}

function product(left: readonly string[], right: readonly string[]): readonly string[] | undefined {
  if (left.length * right.length > mostTexts) return undefined;
  const all = left.flatMap((a) => right.map((b) => a + b));
  return all.some((text) => text.length > longestText) ? undefined : [...new Set(all)];
}

const emptyWidth = new Set(['A', 'z', 'b', 'B']);
const classes = new Set(['d', 'D', 'w', 'W', 's', 'S']);
const controls: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v', a: '\u0007' };

class Reader {
  #at = 0;
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  read(): Part {
    const part = this.#alternation();
    if (this.#at < this.#source.length) throw new Unread();
    return part;
  }

  #peek(): string {
    return this.#source.charAt(this.#at);
  }

  #alternation(): Part {
    const branches = [this.#branch()];
    while (this.#peek() === '|') {
      this.#at += 1;
      branches.push(this.#branch());
    }
    return branches.length === 1 && branches[0] ? branches[0] : union(branches);
  }

  #branch(): Part {
    const parts: Part[] = [];
    while (this.#at < this.#source.length && this.#peek() !== '|' && this.#peek() !== ')')
      parts.push(this.#repeated(this.#atom()));
    return concatenation(parts);
  }

  #repeated(atom: Part): Part {
    let part = atom;
    for (;;) {
      const counted = /^\{(\d+)(?:(,)(\d*))?\}/.exec(this.#source.slice(this.#at, this.#at + 24));
      const sign = this.#peek();
      if (sign === '*' || sign === '?' || (counted && counted[1] === '0')) part = anything;
      else if (sign === '+' || counted) part = { needed: bestOf(part) };
      else return part;
      this.#at += counted ? counted[0].length : 1;
      if (this.#peek() === '?') this.#at += 1;
    }
  }

  #atom(): Part {
    const sign = this.#peek();
    this.#at += 1;
    if (sign === '(') return this.#group();
    if (sign === '[') return this.#class();
    if (sign === '\\') return this.#escape();
    if (sign === '.') return anything;
    if (sign === '^' || sign === '$') return nothing;
    if (sign === '*' || sign === '+' || sign === '?') throw new Unread();
    return literal(sign);
  }

  #group(): Part {
    if (this.#peek() === '?') {
      const opening = /^\?(?:P?<\w+>|[imsU-]*:|([imsU-]+)\))/.exec(this.#source.slice(this.#at, this.#at + 80));
      if (!opening) throw new Unread();
      this.#at += opening[0].length;
      // Flags for the rest of the group: case is folded anyway.
      if (opening[1] !== undefined) return nothing;
    }
    const part = this.#alternation();
    if (this.#peek() !== ')') throw new Unread();
    this.#at += 1;
    return part;
  }

  #escape(): Part {
    const sign = this.#peek();
    this.#at += 1;
    if (emptyWidth.has(sign)) return nothing;
    if (classes.has(sign)) return anything;
    if (sign === 'x') {
      const code = /^(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})/.exec(this.#source.slice(this.#at, this.#at + 9));
      if (!code) throw new Unread();
      this.#at += code[0].length;
      return literal(String.fromCodePoint(Number.parseInt(code[1] ?? code[2] ?? '0', 16)));
    }
    const control = controls[sign];
    if (control !== undefined) return literal(control);
    if (sign === '' || /[A-Za-z0-9]/.test(sign)) throw new Unread();
    return literal(sign);
  }

  /** A class of a few characters is one of them; what it holds is read no closer than that. */
  #class(): Part {
    const rest = this.#source.slice(this.#at);
    const body = /^\^?\]?(?:\\[\s\S]|\[:\^?\w+:\]|[^\]\\])*\]/.exec(rest)?.[0];
    if (body === undefined) throw new Unread();
    this.#at += body.length;
    const inside = body.slice(0, -1);
    if (
      !/^(?:\\[^A-Za-z0-9]|[A-Za-z0-9 _./:;,=+@#%&'"!?()<>|$*]|-$)+$/.test(inside) ||
      /[A-Za-z0-9]-[A-Za-z0-9]/.test(inside)
    )
      return anything;
    const characters = [...new Set(inside.replaceAll(/\\(.)/g, '$1').toLowerCase())];
    return characters.length <= mostClass ? union(characters.map(literal)) : anything;
  }
}

/** One character; what is not ASCII folds in ways that are not ours. */
function literal(character: string): Part {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x80 ? { exact: [character.toLowerCase()], needed: undefined } : anything;
}
