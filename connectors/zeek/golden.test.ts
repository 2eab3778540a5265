import { describeFormat } from '../../test/format-golden.ts';
import { zeek } from './format.ts';

describeFormat(zeek, import.meta.dirname, [
  ['data/logs/network/zeek-apt29-day1.jsonl.gz', 1],
  ['data/logs/network/zeek-wrccdc2018-a.jsonl.gz', 1],
]);
