import { describeFormat } from '../../test/format-golden.ts';
import { bitbucketAudit } from './format.ts';

describeFormat(bitbucketAudit, import.meta.dirname, []);
