import { describeFormat } from '../../test/format-golden.ts';
import { gcpAudit } from './format.ts';

describeFormat(gcpAudit, import.meta.dirname, []);
