/** A history process that kills itself at a named place: node test/history-crash.ts URL DIR PLACE. */
import { systemClock } from '../src/base/clock.ts';
import { silentLog } from '../src/base/log.ts';
import { openDatabase } from '../src/db/index.ts';
import { HistorySettings, openHistory } from '../src/history/index.ts';

const [url = '', dir = '', place = ''] = process.argv.slice(2);
const work = await openHistory({
  db: openDatabase({ url, log: silentLog, max: 2 }),
  clock: systemClock,
  log: silentLog,
  settings: HistorySettings.parse({ database_url: url, dir }),
  crashPoint: (at) => {
    if (at === place) process.kill(process.pid, 'SIGKILL');
  },
});
await work.archive();
