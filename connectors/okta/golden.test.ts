import { describeFormat } from '../../test/format-golden.ts';
import { okta } from './format.ts';

describeFormat(okta, import.meta.dirname, [['data/logs/saas/okta-system-log.jsonl', 1]]);
