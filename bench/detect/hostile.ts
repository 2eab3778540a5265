/**
 * Events of 32 kB that are made to be slow, each matched twenty times by all SigmaHQ rules. Prints one line of JSON: the best
 * CPU time of each in milliseconds.
 */
import { logsourcesOf } from '../../connectors/windows/channels.ts';
import { createIndex } from '../../src/standards/sigma/index.ts';
import { readRules, sigmaHqTexts } from './rules.ts';

const size = 32_000;
const { rules, filters } = readRules(sigmaHqTexts());
const index = createIndex(rules, filters);
const fill = (text: string) => text.repeat(Math.ceil(size / text.length)).slice(0, size);
const words = [...new Set(rules.flatMap(({ header }) => header.title.split(/\W+/)))].join(' ');

const process = (CommandLine: string) => ({
  Channel: 'Microsoft-Windows-Sysmon/Operational',
  EventID: 1,
  Image: 'C:\\Windows\\System32\\cmd.exe',
  CommandLine,
});
const script = (ScriptBlockText: string) => ({
  Channel: 'Microsoft-Windows-PowerShell/Operational',
  EventID: 4104,
  ScriptBlockText,
});
const texts: Readonly<Record<string, string>> = {
  'one letter': fill('a'),
  dashes: fill('-'),
  'dashes and letters': fill('-a /b '),
  'pump of set and &&': `${fill('set x && set ')}`,
  'pump of echo, clip and &&': fill('echo clip && '),
  backticks: fill('i`n`v`o`k`e` '),
  'brackets and commas': fill('{0}{1}"-f'),
  'plus signs': fill('+a+'),
  backslashes: fill('\\\\'),
  'words of the titles of rules': fill(`${words} `),
  keywords: fill('mimikatz sekurlsa:: lsadump:: powershell -enc invoke-expression '),
  'beyond ASCII': fill('İſKé😀'),
};

const best: Record<string, number> = {};
for (const [name, text] of Object.entries(texts))
  for (const [kind, event] of [
    ['process', process(text)],
    ['script', script(text)],
  ] as const) {
    const json = JSON.stringify(event);
    const logsources = logsourcesOf(event.Channel, event.EventID, undefined);
    let least = Infinity;
    for (let run = 0; run < 20; run += 1) {
      const before = globalThis.process.cpuUsage();
      const view = JSON.parse(json);
      index.evaluate(view, logsources, json);
      const { user, system } = globalThis.process.cpuUsage(before);
      least = Math.min(least, (user + system) / 1000);
    }
    best[`${kind}: ${name}`] = Number(least.toFixed(2));
  }
console.log(JSON.stringify(best));
