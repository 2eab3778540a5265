import { describeFormat } from '../../test/format-golden.ts';
import { auditd } from './format.ts';

describeFormat(auditd, import.meta.dirname, [['data/logs/linux/auditd-golibaudit.log', 0.95]]);
