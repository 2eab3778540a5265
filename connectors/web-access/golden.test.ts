import { describeFormat } from '../../test/format-golden.ts';
import { webAccess } from './format.ts';

describeFormat(webAccess, import.meta.dirname, [['data/logs/web/apache-access-acunetix-scan.log.gz', 1]]);
