import { describeFormat } from '../../test/format-golden.ts';
import { iis } from './format.ts';

describeFormat(iis, import.meta.dirname, []);
