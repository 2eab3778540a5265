import { describeFormat } from '../../test/format-golden.ts';
import { windowsEvent } from './format.ts';

describeFormat(windowsEvent, import.meta.dirname, [
  ['data/logs/windows/evtx-attack-samples-a.jsonl.gz', 1],
  ['data/logs/windows/evtx-to-mitre-a.jsonl.gz', 1],
  ['data/logs/windows/benign-background.jsonl.gz', 1],
  ['data/logs/windows/deepblue-smb-password-guessing.jsonl.gz', 1],
  ['data/logs/windows/mordor-a.jsonl.gz', 1],
  ['data/logs/windows/throughput-lsass-campaign-slice.jsonl.gz', 1],
  ['data/logs/windows/winevent-xml-samples.xml.txt', 1],
]);
