import { describeFormat } from '../../test/format-golden.ts';
import { openCanary } from './format.ts';

describeFormat(openCanary, import.meta.dirname, []);
