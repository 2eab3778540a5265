/**
 * What a detect worker does to have all rules of a folder: from the files, or from what was read before when a cache file is
 * given, until the first event is matched. Prints one line of JSON, in milliseconds. Arguments: folder of SigmaHQ's folders,
 * cache file or nothing.
 */
import { join } from 'node:path';
import { sigmaHqFolders } from './rules.ts';

const [folder = '.', cacheFile] = process.argv.slice(2);
const startedAt = performance.now();
const { readContent } = await import('../../src/detect/index.ts');
const importedAt = performance.now();
const cpuBefore = process.cpuUsage();
const content = await readContent({
  rulesDirs: sigmaHqFolders.map((part) => join(folder, part)),
  ...(cacheFile === undefined ? {} : { cacheFile }),
});
const readAt = performance.now();
content.evaluator.evaluate(
  {
    Channel: 'Microsoft-Windows-Sysmon/Operational',
    EventID: 1,
    Image: 'C:\\Windows\\System32\\whoami.exe',
    CommandLine: 'whoami /all',
  },
  [
    { product: 'windows', service: 'sysmon' },
    { product: 'windows', category: 'process_creation' },
  ],
);
const endedAt = performance.now();
const { user, system } = process.cpuUsage(cpuBefore);
console.log(
  JSON.stringify({
    rules: content.set.rules.length,
    import_ms: Math.round(importedAt - startedAt),
    rules_ms: Math.round(readAt - importedAt),
    first_ms: Math.round(endedAt - readAt),
    load_ms: Math.round(endedAt - importedAt),
    cpu_ms: Math.round((user + system) / 1_000),
  }),
);
