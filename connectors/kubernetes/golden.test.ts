import { describeFormat } from '../../test/format-golden.ts';
import { kubernetesAudit } from './format.ts';

describeFormat(kubernetesAudit, import.meta.dirname, []);
