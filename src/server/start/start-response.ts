import { join } from 'node:path';
import type { Access } from '../../access/index.ts';
import { canonicalRange } from '../../base/address.ts';
import { contentFolder } from '../../base/content-folder.ts';
import { messageOf } from '../../base/errors.ts';
import { readHostProtection, type Protection } from '../../connector/index.ts';
import { readWarningLists } from '../../context/index.ts';
import type { Database } from '../../db/index.ts';
import { countLogons } from '../../detect/index.ts';
import type { Ingest } from '../../ingest/index.ts';
import {
  createContainments,
  createEnforcement,
  createPlaybooks,
  createStage,
  actionNames,
  defaultApprovalS,
  defaultEscalationS,
  loadPolicies,
  refusingPolicies,
  startEngineProcess,
  type Containments,
  type Enforcement,
  type EngineProcess,
  type RespondSettings,
  type RespondStage,
} from '../../respond/index.ts';
import { errors } from '../errors.ts';
import { localPoints } from './local-points.ts';
import type { OnStop } from './on-stop.ts';
import type { OpenState } from './open-state.ts';
import { readSignedIn } from '../signed-in.ts';
import type { ServeOptions } from '../serve.ts';
import { watchSources } from './source-watch.ts';
import { createWitness } from './witness.ts';

export interface Response {
  containments: Containments;
  enforcement: Enforcement;
  stage: RespondStage;
  engine: EngineProcess;
}

/** The respond room with its points and its engine process. */
export async function startResponse(
  options: ServeOptions & {
    db: Database;
    path: Database;
    state: OpenState;
    access: Access;
    ingest: Ingest;
    onStop: OnStop;
  },
): Promise<Response> {
  const { config, clock, log, db, state, onStop } = options;
  const warnings = await readWarningLists(join(options.root, 'content/lists'));
  const sources = await watchSources(options);
  onStop.add('sources of the guard', async () => sources.stop());
  const settings: RespondSettings = {
    db,
    clock,
    log,
    policies: policiesOf(options),
    facts: {
      hostProtections: readHostProtection(),
      ownerProtections: config.respond.protected.map(protectionOf),
      sharedRanges: () => sources.sharedRanges(),
      isReplay: (sourceId) => sources.isReplay(sourceId),
      warningListsOf: (address) => warnings.warningsOf(address).map(({ title, reason }) => `${title}: ${reason}`),
      adminAddresses: async (tx) => [
        ...(await options.access.adminAddresses(tx)),
        ...readSignedIn(options.environment['SSH_CONNECTION']),
      ],
      othersLogons: countLogons,
    },
    stopFile: state.stopFile,
    maxDurationS: config.respond.max_duration_s,
    maxPerHour: config.respond.max_per_hour,
    maxPerRuleAndHour: config.respond.max_per_hour,
    escalationS: [config.respond.duration_s, ...defaultEscalationS.slice(1)],
    approvalS: defaultApprovalS,
  };
  const enforcement = createEnforcement({
    db,
    clock,
    log,
    holder: options.host,
    stopFile: state.stopFile,
    witness: createWitness(options.ingest),
  });
  const playbooks = createPlaybooks({
    db,
    folders: config.content.playbooks.map((folder) => contentFolder(folder, options)),
    actions: new Set(actionNames),
    log,
  });
  onStop.add('enforcement', () => enforcement.stop());
  await Promise.all([
    playbooks.reload(),
    enforcement.start(
      localPoints({
        enforcer: config.respond.enforcer,
        host: options.host,
        uid: options.uid,
        stateDir: state.dir,
        stopFile: state.stopFile,
      }),
    ),
  ]);
  const engine = startEngineProcess({
    main: join(options.root, 'src/server/engine-main.ts'),
    settings: {
      database_url: state.databaseUrl,
      log_level: config.log_level,
      notify: config.notify,
      ...(config.http.public_url === undefined ? {} : { public_url: config.http.public_url }),
    },
    environment: options.environment,
    db,
    clock,
    log,
  });
  onStop.add('engine', () => engine.stop());
  const push: Enforcement['push'] = (change) => enforcement.push(change);
  return {
    containments: createContainments(settings, push),
    enforcement,
    stage: createStage({ ...settings, db: options.path }, { push, playbooks: () => playbooks.current() }),
    engine,
  };
}

/** Policies that cannot be loaded refuse everything, and say why; the rest of the product works. */
function policiesOf(options: ServeOptions): RespondSettings['policies'] {
  try {
    return loadPolicies(options.config.content.policies.map((folder) => contentFolder(folder, options)));
  } catch (error) {
    options.log.error(
      { error: messageOf(error) },
      'The policies cannot be loaded: every containment is refused until they can.',
    );
    return refusingPolicies(`The policies cannot be loaded: ${messageOf(error)}`);
  }
}

function protectionOf(text: string): Protection {
  const range = canonicalRange(text);
  if (range === undefined) throw errors.BAD_PROTECTED([text]);
  return { range, reason: 'the owner’s list (respond.protected) says so' };
}
