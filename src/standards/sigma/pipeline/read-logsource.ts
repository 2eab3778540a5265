import type { Logsource } from '../rule.ts';
import type { Node } from './node.ts';

/** `category`, `product` and `service` of a condition or transformation, as rules have them: in lower case. */
export function readLogsource(node: Node): Logsource {
  const logsource: Logsource = {};
  for (const key of ['product', 'category', 'service'] as const) {
    const text = node.at(key)?.text();
    if (text !== undefined) logsource[key] = text.trim().toLowerCase();
  }
  return logsource;
}
