/**
 * One engine over many events that it never holds together: another process sends them. Prints one line of JSON, memory in
 * megabytes (resident). Arguments: lane of the data folder, events.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createIndex } from '../../src/standards/sigma/index.ts';
import { readRules, sigmaHqTexts } from './rules.ts';
import { windowsLogsources } from './windows-logsources.ts';

const [lane = 'bal', most = '200000'] = process.argv.slice(2);
const { rules, filters } = readRules(sigmaHqTexts());
const index = createIndex(rules, filters);
const residentMb = () => Math.round(process.memoryUsage.rss() / 1e6);
const loaded = residentMb();

const sender = spawn(process.execPath, [join(import.meta.dirname, 'send-lane.ts'), lane, most], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
let events = 0;
let hits = 0;
let most_mb = loaded;
for await (const line of createInterface({ input: sender.stdout })) {
  const event: Record<string, unknown> = JSON.parse(line);
  hits += index.evaluate(event, windowsLogsources(event), line).length;
  events += 1;
  if (events % 1_000 !== 0) continue;
  index.improve?.();
  most_mb = Math.max(most_mb, residentMb());
}
console.log(JSON.stringify({ events, hits, loaded_mb: loaded, rss_mb: residentMb(), most_mb }));
