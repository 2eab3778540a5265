/** Writes the lines of a lane of the data folder to standard output, again and again, until so many are written. Arguments: lane, lines. */
import { once } from 'node:events';
import { unpackedLane } from './lane.ts';

const [lane = 'bal', most = '200000'] = process.argv.slice(2);
const bytes = unpackedLane(lane);
let left = Number(most);
while (left > 0)
  for (let from = 0; from < bytes.length && left > 0; left -= 1) {
    const end = bytes.indexOf(10, from);
    const line = bytes.subarray(from, end < 0 ? bytes.length : end + 1);
    if (!process.stdout.write(line)) await once(process.stdout, 'drain');
    from += line.length;
  }
