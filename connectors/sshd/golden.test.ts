import { describeFormat } from '../../test/format-golden.ts';
import { sshd } from './format.ts';

describeFormat(sshd, import.meta.dirname, [['data/logs/linux/loghub-openssh.log', 1]]);
