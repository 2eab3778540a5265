import { describeFormat } from '../../test/format-golden.ts';
import { json } from './format.ts';

describeFormat(json, import.meta.dirname, [
  ['data/logs/network/zeek-apt29-day1.jsonl.gz', 1],
  ['data/logs/cloud/cloudtrail-invictus-a.jsonl.gz', 1],
  ['data/logs/saas/okta-system-log.jsonl', 1],
]);
