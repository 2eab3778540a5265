import { describeFormat } from '../../test/format-golden.ts';
import { m365Audit } from './format.ts';

describeFormat(m365Audit, import.meta.dirname, [['data/logs/cloud/m365-entra-audit-a.jsonl.gz', 1]]);
