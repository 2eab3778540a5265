import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { hasCode } from '../base/has-code.ts';
import { getSystem } from '../api/system.ts';
import { listSources } from '../api/sources.ts';
import { FirebreakError, messageOf } from '../base/errors.ts';
import type { World } from './command.ts';

export interface Check {
  name: string;
  outcome: 'ok' | 'warn' | 'fail';
  detail: string;
  /** What to do; empty when all is well. */
  fix: string;
}

const ok = (name: string, detail: string): Check => ({ name, outcome: 'ok', detail, fix: '' });
const warn = (name: string, detail: string, fix: string): Check => ({ name, outcome: 'warn', detail, fix });
const fail = (name: string, detail: string, fix: string): Check => ({ name, outcome: 'fail', detail, fix });

const gigabyte = 1e9;

/** Every check says what it saw, and what to do when that is not good. None of them changes anything. */
export async function examine(world: World, nodeVersion: string): Promise<Check[]> {
  const checks = [checkNode(nodeVersion)];
  let stateDir: string;
  try {
    const { config } = world.config();
    stateDir = world.path(config.state_dir);
    checks.push(ok('config', `state folder ${stateDir}`));
    checks.push(await checkPort(config.http, existsSync(join(stateDir, 'cli-token'))));
    for (const [kind, dirs] of Object.entries(config.content))
      checks.push(
        checkFolders(
          kind,
          dirs.map((dir) => world.content(dir)),
        ),
      );
  } catch (error) {
    const fix = error instanceof FirebreakError ? error.fix : 'Correct the config.';
    return [...checks, fail('config', messageOf(error), fix)];
  }
  checks.push(checkDisk(stateDir), checkPermissions(stateDir), checkNft());
  return [...checks, ...(await checkServer(world))];
}

function checkNode(version: string): Check {
  const [major = 0] = version.replace('v', '').split('.').map(Number);
  return major >= 24
    ? ok('node', version)
    : fail('node', version, 'Start Firebreak by bin/firebreak.mjs: it brings Node 24.');
}

function nearest(path: string): string {
  let at = path;
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  return at;
}

function checkDisk(stateDir: string): Check {
  const { bavail, bsize } = statfsSync(nearest(stateDir));
  const freeGb = (bavail * bsize) / gigabyte;
  const detail = `${freeGb.toFixed(1)} GB free at ${stateDir}`;
  if (freeGb < 0.5)
    return fail('disk', detail, 'Free some space, or move the state folder (--state-dir) to a larger disk.');
  return freeGb < 5 ? warn('disk', detail, 'The history needs room: history.max_gb bounds it.') : ok('disk', detail);
}

function checkPermissions(stateDir: string): Check {
  try {
    accessSync(nearest(stateDir), constants.R_OK | constants.W_OK);
  } catch {
    return fail('permissions', `${stateDir} cannot be written`, 'Give the folder to the user that runs Firebreak.');
  }
  if (!existsSync(stateDir)) return ok('permissions', 'the state folder will be made at the first start');
  const open = (statSync(stateDir).mode & 0o077) !== 0;
  return open
    ? warn('permissions', `${stateDir} is open to other users`, `chmod 700 ${stateDir}`)
    : ok('permissions', 'the state folder is its owner’s alone');
}

function checkFolders(kind: string, dirs: readonly string[]): Check {
  const missing = dirs.filter((dir) => !existsSync(dir));
  return missing.length > 0
    ? fail(kind, `${missing.join(', ')} is not there`, `Create it, or correct content.${kind}.`)
    : ok(kind, dirs.join(', '));
}

async function checkPort(http: { host: string; port: number }, mayBeOurs: boolean): Promise<Check> {
  const code = await new Promise<string>((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
    probe.listen(http, () => probe.close(() => resolve('')));
  });
  const where = `${http.host} port ${http.port}`;
  if (code === '') return ok('port', `${where} is free`);
  if (code === 'EADDRINUSE' && mayBeOurs) return ok('port', `${where} is taken, by Firebreak as it seems`);
  return code === 'EADDRINUSE'
    ? fail(
        'port',
        `${where} is taken by another program`,
        'Choose another: --http.port PORT, or http.port in the config.',
      )
    : fail('port', `${where}: ${code}`, 'Correct http.host and http.port.');
}

function checkNft(): Check {
  const fix =
    'Install nftables and give CAP_NET_ADMIN, or let a firewall pull the block list; until then it is only recorded.';
  if (process.platform !== 'linux') return warn('nft', 'this is no Linux: packets cannot be dropped here', fix);
  try {
    execFileSync('nft', ['list', 'tables'], { stdio: ['ignore', 'ignore', 'pipe'], timeout: 3_000 });
    return ok('nft', 'tables can be read');
  } catch (error) {
    const absent = hasCode(error, 'ENOENT');
    return warn('nft', absent ? 'nft is not installed' : 'nft is there, but may not be used by this user', fix);
  }
}

async function checkServer(world: World): Promise<Check[]> {
  try {
    const client = await world.client();
    const began = world.now();
    const [system, { items }] = await Promise.all([client.call(getSystem, {}), client.call(listSources, {})]);
    const tookMs = world.now() - began;
    const down = system.processes.filter(({ state }) => !['running', 'waiting', 'starting'].includes(state));
    const lost = system.points.filter(({ state }) => state === 'lost');
    const oldest = system.backlog.find(({ consumer }) => consumer === 'detect')?.oldest_at ?? null;
    const waitsS = oldest === null ? 0 : (world.now() - Date.parse(oldest)) / 1_000;
    return [
      ok('server', `version ${system.version}, answered in ${tookMs} ms`),
      system.database.state === 'up'
        ? ok('database', system.database.kind)
        : fail(
            'database',
            system.database.detail,
            'See the log in the folder "postgres", or check FIREBREAK_DATABASE_URL.',
          ),
      ...down.map(({ name, state, detail }) =>
        fail(name, `${state} ${detail}`, 'It is started again by itself; the log says why it ended.'),
      ),
      ...lost.map(({ id, detail }) =>
        fail('enforcement', `${id} is lost ${detail}`, 'Its denials lift by themselves; see the log.'),
      ),
      waitsS > 10
        ? warn(
            'lag',
            `events wait ${Math.round(waitsS)} s for detection`,
            'More comes in than this machine reads: fewer rules, or a larger machine.',
          )
        : ok('lag', 'detection keeps up'),
      checkClock(
        world,
        items.flatMap(({ last_event_at }) => last_event_at ?? []),
      ),
      ...(items.length === 0
        ? [warn('sources', 'there is none', 'firebreak source add file /var/log/auth.log')]
        : items.map((source) =>
            source.state === 'failed'
              ? fail(`source ${source.name}`, source.detail, 'Correct it, then remove and add the source.')
              : ok(`source ${source.name}`, `${source.state}, ${source.event_count} events, ${source.lost_count} lost`),
          )),
    ];
  } catch (error) {
    const fix = error instanceof FirebreakError ? error.fix : 'Start it with `npm start`.';
    return [warn('server', messageOf(error), fix)];
  }
}

function checkClock(world: World, times: readonly string[]): Check {
  const aheadS = Math.max(0, ...times.map((time) => (Date.parse(time) - world.now()) / 1_000));
  return aheadS > 60
    ? warn(
        'clock',
        `events come ${Math.round(aheadS)} s from the future`,
        'Let a time service set this clock, or that of the sender.',
      )
    : ok('clock', new Date(world.now()).toISOString());
}
