/** Texts that a value can begin with, or end with when read backwards; walking stops where none goes on. */
export interface TextTrie {
  /** @param onFound the position of a text in the list */
  walk(value: string, onFound: (index: number) => void): void;
}

interface Node {
  next: Map<number, Node>;
  ends: number[];
}

const emptyNode = (): Node => ({ next: new Map(), ends: [] });

/** @param texts index-folded; an empty one is found in every value */
export function createTextTrie(texts: readonly string[], direction: 'forward' | 'backward'): TextTrie {
  const root = emptyNode();
  for (const [index, text] of texts.entries()) {
    let node = root;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(direction === 'forward' ? at : text.length - 1 - at);
      const next = node.next.get(code) ?? emptyNode();
      node.next.set(code, next);
      node = next;
    }
    node.ends.push(index);
  }
  return {
    walk(value, onFound) {
      let node: Node | undefined = root;
      for (let at = 0; node; at += 1) {
        for (const index of node.ends) onFound(index);
        if (at >= value.length) return;
        node = node.next.get(value.charCodeAt(direction === 'forward' ? at : value.length - 1 - at));
      }
    },
  };
}
