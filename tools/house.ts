/** Writes what is derived from the code: the room table of ARCHITECTURE.md. `node bin/run.mjs tools/house.ts` */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { roomTable } from './room-table.ts';

const file = join(import.meta.dirname, '..', 'ARCHITECTURE.md');
const text = readFileSync(file, 'utf8');
writeFileSync(file, text.replace(/(<!-- rooms -->\n)[\s\S]*?(<!-- \/rooms -->)/, `$1${roomTable()}$2`));
