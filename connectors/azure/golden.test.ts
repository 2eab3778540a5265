import { describeFormat } from '../../test/format-golden.ts';
import { azure } from './format.ts';

describeFormat(azure, import.meta.dirname, []);
