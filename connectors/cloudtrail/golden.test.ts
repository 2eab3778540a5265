import { describeFormat } from '../../test/format-golden.ts';
import { cloudTrail } from './format.ts';

describeFormat(cloudTrail, import.meta.dirname, [
  ['data/logs/cloud/cloudtrail-invictus-a.jsonl.gz', 1],
  ['data/logs/cloud/cloudtrail-stratus-a.jsonl.gz', 1],
]);
