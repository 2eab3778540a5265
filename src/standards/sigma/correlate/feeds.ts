import type { LinkedCorrelation } from '../link-rules.ts';

/** A correlation, and which of its rules feeds it. */
export interface Feed {
  correlation: LinkedCorrelation;
  /** Position in `rules`. */
  feed: number;
  /** How the correlation names the rule. */
  reference: string;
}

/** Who counts the rule or correlation of an id. */
export function feedsOf(correlations: readonly LinkedCorrelation[]): Map<string, Feed[]> {
  const feeds = new Map<string, Feed[]>();
  for (const correlation of correlations)
    for (const [feed, { reference, of }] of correlation.feeds.entries()) {
      const known = feeds.get(of.header.id);
      if (known) known.push({ correlation, feed, reference });
      else feeds.set(of.header.id, [{ correlation, feed, reference }]);
    }
  return feeds;
}
