import { describeFormat } from '../../test/format-golden.ts';
import { linuxSysmon } from './format.ts';

describeFormat(linuxSysmon, import.meta.dirname, []);
