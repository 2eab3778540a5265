import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Ingest } from '../../ingest/index.ts';
import type { Containments, Enforcement, PointSettings } from '../../respond/index.ts';
import { startNetwork, type Network, type Observations } from './network.ts';
import { simulateAttack } from './simulate-attack.ts';

export interface DemonstrationState {
  state: 'absent' | 'starting' | 'running' | 'done' | 'failed';
  enforcement: 'nftables' | 'recorder' | null;
  detail: string;
  source_id: string | null;
}

export interface CreatedDemonstration {
  state(): Promise<DemonstrationState>;
  /** Starting what runs gives its state. */
  start(): Promise<DemonstrationState>;
  /** Releases what it caused and takes away network, source, point and files; what was found stays on record, marked. */
  remove(): Promise<DemonstrationState>;
  /** Ends its processes with the server. */
  stop(): Promise<void>;
}

/** So many guesses without an answer mean that the attacker is cut off. */
const cutOff = 2;

/**
 * The bundled demonstration: an attack of our own making in network namespaces of its own, where its packets are really
 * dropped; elsewhere the same lines with a recorder in place of the drop, said plainly.
 */
export function createDemonstration(options: {
  ingest: Pick<Ingest, 'sources' | 'startSource'>;
  enforcement: Pick<Enforcement, 'add' | 'remove'>;
  containments: Pick<Containments, 'releaseAll'>;
  /** Ends the incidents that it caused. */
  closeIncidents(): Promise<void>;
  /** Folder of its files; emptied. */
  dir: string;
  host: string;
  /** The enforcer's program and arguments, of a kind. */
  enforcerCommand: (kind: 'nftables' | 'recorder', recordFile?: string) => readonly string[];
  clock: Clock;
  log: Log;
}): CreatedDemonstration {
  const { ingest, enforcement, dir } = options;
  const pointId = `demonstration@${options.host}`;
  let network: Network | undefined;
  let endSimulation: (() => void) | undefined;
  let phase: DemonstrationState['state'] = 'absent';
  let failure = '';
  let sourceId: string | null = null;
  let starting: Promise<void> | undefined;

  async function begin(): Promise<void> {
    const logFile = join(dir, 'auth.log');
    mkdirSync(dir, { recursive: true });
    writeFileSync(logFile, '');
    await removeSources();
    network = await startNetwork(logFile);
    const isReal = network.mode === 'namespaces';
    if (network.mode === 'recorder')
      options.log.info({ reason: network.reason }, 'The demonstration runs with a recorder: nothing is dropped.');
    const recordFile = join(dir, 'recorded.jsonl');
    const point: PointSettings = {
      id: pointId,
      tenantId: 'default',
      siteId: 'default',
      host: options.host,
      kind: isReal ? 'nftables' : 'recorder',
      level: isReal ? 'read_back' : 'published',
      isDemonstration: true,
      command:
        network.mode === 'namespaces'
          ? network.inVictim(options.enforcerCommand('nftables'))
          : options.enforcerCommand('recorder', recordFile),
    };
    await enforcement.add(point);
    const source = await ingest.sources.add({
      kind: 'file',
      name: 'Demonstration: SSH brute force',
      path: logFile,
      format: 'sshd',
      start_at: 'beginning',
      is_demonstration: true,
    });
    sourceId = source.id;
    await ingest.startSource(source.id);
    phase = 'running';
    if (network.mode === 'namespaces') network.attack();
    else endSimulation = simulateAttack({ logFile, clock: options.clock, onDone: () => (phase = 'done') });
  }

  /** Also those that an earlier server left. */
  async function removeSources(): Promise<void> {
    for (const source of await ingest.sources.list())
      if (source.is_demonstration) await ingest.sources.remove(source.id);
    sourceId = null;
  }

  async function endNetwork(): Promise<void> {
    endSimulation?.();
    endSimulation = undefined;
    if (network?.mode === 'namespaces') await network.stop();
    network = undefined;
  }

  function shown(): DemonstrationState {
    const seen = network?.mode === 'namespaces' ? network.seen() : undefined;
    if (phase === 'running' && seen && seen.guessesUnanswered >= cutOff) phase = 'done';
    else if (phase === 'done' && seen && seen.guessesUnanswered === 0) phase = 'running';
    return {
      state: phase,
      enforcement: network === undefined ? null : network.mode === 'namespaces' ? 'nftables' : 'recorder',
      detail: phase === 'failed' ? failure : network === undefined ? '' : detailOf(network, seen),
      source_id: sourceId,
    };
  }

  return {
    async state() {
      return shown();
    },
    async start() {
      if (phase === 'running' || phase === 'done') return shown();
      if (!starting) {
        phase = 'starting';
        starting = begin()
          .catch(async (error: unknown) => {
            failure = messageOf(error);
            phase = 'failed';
            await endNetwork();
          })
          .finally(() => (starting = undefined));
      }
      await starting;
      return shown();
    },
    async remove() {
      await starting;
      await options.containments.releaseAll({
        tenantId: 'default',
        demonstrationOnly: true,
        actor: 'system:respond',
        reason: 'The demonstration was removed.',
      });
      await enforcement.remove(pointId);
      await endNetwork();
      await removeSources();
      await options.closeIncidents();
      rmSync(dir, { recursive: true, force: true });
      phase = 'absent';
      return shown();
    },
    async stop() {
      await starting;
      await endNetwork();
    },
  };
}

function detailOf(network: Network, seen: Observations | undefined): string {
  if (network.mode === 'recorder') return `Recorded only, nothing is dropped: ${network.reason}`;
  if (!seen) return '';
  const bystander = seen.isBystanderAlive ? 'the bystander’s connection lives' : 'the bystander has no connection';
  return seen.guessesUnanswered >= cutOff
    ? `The attacker is cut off: ${seen.guessesAnswered} guesses were answered, ${seen.guessesUnanswered} since are not; ${bystander}.`
    : `The attacker is guessing passwords in a network of its own: ${seen.guessesAnswered} were answered; ${bystander}.`;
}
