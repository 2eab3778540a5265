import type { Candidates } from './candidates.ts';

/** A text that is looked for, index-folded, with the rules that may match where it is found. */
export interface Looked {
  text: string;
  rules: readonly number[];
}

/** Texts that a value can begin with, or end with when read backwards; walking stops where none goes on. */
export interface TextTrie {
  /** @param value index-folded */
  walk(value: string, into: Candidates): void;
}

interface Node {
  next: Map<number, Node>;
  rules: readonly number[];
}

const none: readonly number[] = [];
const emptyNode = (): Node => ({ next: new Map(), rules: none });

/** An empty text is found in every value. */
export function createTextTrie(looked: readonly Looked[], direction: 'forward' | 'backward'): TextTrie {
  const root = emptyNode();
  const isForward = direction === 'forward';
  for (const { text, rules } of looked) {
    let node = root;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(isForward ? at : text.length - 1 - at);
      const next = node.next.get(code) ?? emptyNode();
      node.next.set(code, next);
      node = next;
    }
    node.rules = [...node.rules, ...rules];
  }
  return {
    walk(value, into) {
      let node: Node | undefined = root;
      for (let at = 0; node; at += 1) {
        if (node.rules.length > 0) into.add(node.rules);
        if (at >= value.length) return;
        node = node.next.get(value.charCodeAt(isForward ? at : value.length - 1 - at));
      }
    },
  };
}
