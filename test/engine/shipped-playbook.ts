import { join } from 'node:path';
import { silentLog } from '../../src/base/log.ts';
import type { Database } from '../../src/db/index.ts';
import { actionNames } from '../../src/respond/engine/actions/respond-actions.ts';
import type { LoadedPlaybook } from '../../src/respond/playbook/playbook.ts';
import { createPlaybooks } from '../../src/respond/playbook/playbooks.ts';

/** "Contain the source of an attack", loaded and stored as a server does it. */
export async function shippedPlaybook(db: Database): Promise<LoadedPlaybook> {
  const playbooks = createPlaybooks({
    db,
    folders: [join(import.meta.dirname, '../../content/playbooks')],
    actions: actionNames,
    log: silentLog,
  });
  await playbooks.reload();
  const found = playbooks.current().find((one) => one.name === 'Contain the source of an attack');
  if (!found) throw new Error(`The shipped playbook is not there: ${JSON.stringify(playbooks.rejected())}`);
  return found;
}
