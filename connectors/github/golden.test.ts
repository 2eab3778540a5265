import { describeFormat } from '../../test/format-golden.ts';
import { githubAudit } from './format.ts';

describeFormat(githubAudit, import.meta.dirname, []);
