import { describeFormat } from '../../test/format-golden.ts';
import { suricataEve } from './format.ts';

describeFormat(suricataEve, import.meta.dirname, [
  ['data/logs/network/suricata-eve-all-types.jsonl.gz', 1],
  ['data/logs/network/suricata-eve-alerts-a.jsonl.gz', 1],
]);
