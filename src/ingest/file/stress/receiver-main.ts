import { once } from 'node:events';
import { systemClock } from '../../../base/clock.ts';
import { silentLog } from '../../../base/log.ts';
import { openDatabase } from '../../../db/index.ts';
import { createIngest } from '../../ingest.ts';

// Loads, waits for a byte, then reads one source until it is told to stop or killed: `receiver-main.ts DATABASE_URL SOURCE_ID`.
const [, , url = '', sourceId = ''] = process.argv;
const db = openDatabase({ url, log: silentLog, max: 3, applicationName: 'stress receiver' });
const ingest = createIngest({ db, clock: systemClock, log: silentLog });
process.once('SIGTERM', () => {
  void ingest
    .stopAll()
    .then(() => db.close())
    .then(() => process.exit(0));
});
await once(process.stdin, 'data');
await ingest.startSource(sourceId);
process.stdout.write('ready\n');
