import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Access } from '../access/index.ts';
import type { Database } from '../db/index.ts';
import type { Ingest } from '../ingest/index.ts';
import { readPublicKeys, verifyDatabase } from '../ledger/index.ts';
import { createPulledLists } from '../respond/index.ts';
import { createBlocklists } from './blocklists.ts';
import type { Owned } from './http/register.ts';
import type { OpenState } from './start/open-state.ts';
import { containmentRoutes } from './routes/containments.ts';
import { eventRoutes } from './routes/events.ts';
import { executionRoutes } from './routes/executions.ts';
import { incidentRoutes } from './routes/incidents.ts';
import { ledgerRoutes } from './routes/ledger.ts';
import { peopleRoutes } from './routes/people.ts';
import { ruleRoutes } from './routes/rules.ts';
import { sessionRoutes } from './routes/session.ts';
import { sourceRoutes, type DemonstrationControl } from './routes/sources.ts';
import { stopRoutes } from './routes/stop-switch.ts';
import { streamRoutes } from './routes/stream.ts';
import { systemRoutes, type SelfReport } from './routes/system.ts';
import type { ServeOptions } from './serve.ts';
import type { Response } from './start/start-response.ts';
import type { Stages } from './start/start-stages.ts';

/** Every route of src/api with its owner. */
export function ownedRoutes(
  room: ServeOptions & {
    db: Database;
    state: OpenState;
    access: Access;
    ingest: Ingest;
    response: Response;
    stages: Stages;
    demonstration: DemonstrationControl;
    report: SelfReport;
    contentVersion: () => string;
    isTls: boolean;
  },
): Owned[] {
  const { db, clock, state, stages } = room;
  const blocklists = createBlocklists({
    lists: createPulledLists({ db, clock }),
    dir: join(state.dir, 'blocklists'),
    clock,
    log: room.log,
  });
  return [
    ...sessionRoutes(room),
    ...peopleRoutes(room),
    ...incidentRoutes(room),
    ...containmentRoutes({
      db,
      ...room.response,
      blocklist: (name, tenantId, consumer) => blocklists.blocklist(name, tenantId, consumer),
    }),
    ...executionRoutes(room),
    ...sourceRoutes(room),
    ...ruleRoutes({ db, containments: room.response.containments, contentVersion: room.contentVersion }),
    ...eventRoutes(room),
    ...ledgerRoutes({
      db,
      verify: async () =>
        verifyDatabase(db, readPublicKeys(await readFile(join(state.dir, 'keys', 'ledger.pub'), 'utf8'))),
    }),
    ...stopRoutes({ db, clock, stopFile: state.stopFile, onChange: () => db.channels.wake('containments') }),
    ...systemRoutes({ report: room.report, version: room.version }),
    ...streamRoutes({ access: room.access, feed: stages.feed, wakeFeed: () => stages.wakeFeed() }),
  ];
}
