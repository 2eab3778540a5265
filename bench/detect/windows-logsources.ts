import { logsourcesOf } from '../../connectors/windows/channels.ts';
import type { Logsource } from '../../src/connector/index.ts';

const other = [{ product: 'zeek' }];

/** Of an event of the data folder's lanes: of Windows, or of Zeek. */
export function windowsLogsources(event: Readonly<Record<string, unknown>>): readonly Logsource[] {
  return typeof event['Channel'] === 'string'
    ? logsourcesOf(event['Channel'], Number(event['EventID']), event['EventType'])
    : other;
}
