/**
 * `npm run test:vectors -- --dir DIR`: runs the standards' vector tests over a folder of the shape of the standards'
 * corpus (default: `standards` in FIREBREAK_DATA_DIR). A missing part is said aloud; a run over nothing fails.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ocsf } from './vectors/ocsf.ts';
import { sigma } from './vectors/sigma.ts';
import { syslog } from './vectors/syslog.ts';
import { tlog } from './vectors/tlog.ts';
import type { Suite } from './vectors/suite.ts';

const suites: readonly Suite[] = [ocsf, sigma, syslog, tlog];

const root = join(import.meta.dirname, '..');
const { values } = parseArgs({ options: { dir: { type: 'string' } } });
const dir = resolve(values.dir ?? join(root, process.env['FIREBREAK_DATA_DIR'] ?? '../shared', 'standards'));

let [passed, failed] = [0, 0];
const lines: string[] = [];
for (const suite of suites) {
  const result = suite.run(dir);
  for (const failure of result.failed) console.log(`FAIL ${suite.name}: ${failure}`);
  for (const missing of result.skipped) console.log(`SKIPPED ${suite.name}: ${missing}`);
  passed += result.passed;
  failed += result.failed.length;
  lines.push(
    `${suite.name}: ${result.passed} passed, ${result.failed.length} failed, ${result.skipped.length} skipped`,
  );
}
for (const line of lines) console.log(line);
if (passed + failed === 0) console.log(`Nothing was run: ${dir} has no vectors. Give another folder with --dir.`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
