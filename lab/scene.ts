import { mkdtempSync, readFileSync, rmSync, writeFileSync, appendFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type Client } from '../src/api/client.ts';
import { listContainments, type WireContainment } from '../src/api/containments.ts';
import { failedLogins } from '../bench/contain/measure.ts';
import { until } from '../test/until.ts';
import { startAgent, type Agent } from './agent.ts';
import { createNetwork, type Host } from './network.ts';
import { startProduct, type Product } from './product.ts';

/** The rule whose action the lab arms: content/rules/linux/ssh_failed_login.yml, five failures in two minutes. */
export const bruteForce = '7e8dc2eb-383a-47b2-9361-ef76b9a57912';
export const echoPort = 7_000;

/** The victim by its two addresses; an attacker reaches each from its own family. */
export const victim = { 4: '10.20.0.10', 6: 'fd00:20::10' } as const;
export const bystander = { 4: '198.51.100.7', 6: '2001:db8:b:1::7' } as const;

/** The same address never attacks twice in one scene, so that each case begins with an unknown one. */
export const attackers4 = Array.from({ length: 40 }, (_, index) => `203.0.113.${20 + index}`);
/** Two networks of one attacker, three addresses in each. */
export const attackers6 = [1, 2].map((network) => [1, 2, 3].map((host) => `2001:db8:a:${network}::${host}`));

export interface Scene {
  hosts: { attacker: Host; bystander: Host; firewall: Host; victim: Host };
  attacker: Agent;
  bystander: Agent;
  product: Product;
  folder: string;
  /** auth.log of the victim, which Firebreak tails. */
  logFile: string;
  client(): Client;
  /** Five failed logins of `address` in the victim's log. */
  attack(address: string): void;
  /** Whether a new connection of the attacker from `address` to the victim is answered. */
  reaches(address: string): Promise<boolean>;
  /** Attacks and waits until the attacker is cut off; gives the containment as it is then. */
  contain(address: string): Promise<WireContainment>;
  containmentsOf(target: string): Promise<WireContainment[]>;
  flush(): void;
  remove(): Promise<void>;
}

/** Whether this machine can build the lab; printed when not, so that a skipped suite is no silent success. */
export function canRunLab(): boolean {
  const missing = ['ip', 'nft', 'ssh', 'sshd', 'rsyslogd', 'unshare'].filter(
    (program) => spawnSync('sh', ['-c', `PATH=$PATH:/usr/sbin:/sbin command -v ${program}`]).status !== 0,
  );
  if (process.getuid?.() !== 0) missing.push('root');
  if (missing.length > 0) console.warn(`The lab is skipped: ${missing.join(', ')} missing.`);
  return missing.length === 0;
}

function familyOf(address: string): 4 | 6 {
  return address.includes(':') ? 6 : 4;
}

/**
 * Four namespaces: attacker and bystander reach the victim through the firewall, which routes and where Firebreak runs. The
 * attacker's networks lie behind its link address, so that none of its /64 holds an address of the firewall.
 */
export async function createScene(options: { durationS?: number; config?: Record<string, unknown> }): Promise<Scene> {
  const network = createNetwork('l');
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-lab-'));
  const hosts = {
    attacker: network.host('a'),
    bystander: network.host('b'),
    firewall: network.host('f'),
    victim: network.host('v'),
  };
  const { firewall } = hosts;
  const link = (to: Host, index: number) =>
    network.connect({
      from: firewall,
      to,
      fromAddresses: [`10.${index}.0.1/24`, `fd00:${index}::1/64`],
      toAddresses: [`10.${index}.0.10/24`, `fd00:${index}::10/64`],
    });
  link(hosts.attacker, 9);
  link(hosts.bystander, 8);
  link(hosts.victim, 20);
  for (const [host, index] of [
    [hosts.attacker, 9],
    [hosts.bystander, 8],
    [hosts.victim, 20],
  ] as const) {
    host.run('ip', 'route', 'add', 'default', 'via', `10.${index}.0.1`);
    host.run('ip', '-6', 'route', 'add', 'default', 'via', `fd00:${index}::1`);
  }
  firewall.run('sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1');
  const homes: [Host, number, string[], string[]][] = [
    [hosts.attacker, 9, ['203.0.113.0/24'], ['2001:db8:a:1::/64', '2001:db8:a:2::/64']],
    [hosts.bystander, 8, ['198.51.100.0/24'], ['2001:db8:b:1::/64']],
  ];
  for (const [, index, v4, v6] of homes) {
    for (const range of v4) firewall.run('ip', 'route', 'add', range, 'via', `10.${index}.0.10`);
    for (const range of v6) firewall.run('ip', '-6', 'route', 'add', range, 'via', `fd00:${index}::10`);
  }
  const own: [Host, string[]][] = [
    [hosts.attacker, [...attackers4, ...attackers6.flat()]],
    [hosts.bystander, [bystander[4], bystander[6]]],
  ];
  for (const [host, addresses] of own)
    for (const address of addresses)
      host.run('ip', 'addr', 'add', address, 'dev', 'lo', ...(familyOf(address) === 6 ? ['nodad'] : []));

  const agents = { attacker: startAgent(hosts.attacker), bystander: startAgent(hosts.bystander) };
  const inside = startAgent(firewall);
  await startAgent(hosts.victim).serve(echoPort);
  const logFile = join(folder, 'auth.log');
  writeFileSync(logFile, '');
  const product = await startProduct({
    folder: join(folder, 'product'),
    namespace: firewall.name,
    config: {
      log_level: 'info',
      respond: { enforcer: 'nftables', max_per_hour: 100_000, duration_s: options.durationS ?? 600 },
      sources: [{ kind: 'file', name: 'auth', path: logFile, format: 'sshd' }],
      ...options.config,
    },
  });
  const armed = product.cli('arm', bruteForce, 'deny-address', '--yes');
  if (armed.code !== 0) throw new Error(`arm ended with ${armed.code}: ${armed.stderr}`);

  const client = () => {
    const { url, token } = JSON.parse(readFileSync(join(product.state, 'cli-token'), 'utf8')) as Record<string, string>;
    return createClient({
      baseUrl: url ?? '',
      headers: { authorization: `Bearer ${token}` },
      fetch: (to, init) => inside.fetch(to, init),
    });
  };
  const scene: Scene = {
    hosts,
    ...agents,
    product,
    folder,
    logFile,
    client,
    attack: (address) => appendFileSync(logFile, failedLogins(address, 5)),
    reaches: (address) => agents.attacker.reaches({ from: address, to: victim[familyOf(address)], port: echoPort }),
    async containmentsOf(target) {
      const { items } = await client().call(listContainments, { query: { scope: 'all', target, limit: 50 } });
      return items;
    },
    async contain(address) {
      const target = familyOf(address) === 6 ? `${address.split('::')[0]}::/64` : address;
      scene.attack(address);
      await until(async () => !(await scene.reaches(address)), { timeoutMs: 30_000, what: `${address} to be cut off` });
      return until(async () => (await scene.containmentsOf(target)).find(({ status }) => status === 'in_force'), {
        timeoutMs: 30_000,
        what: `the containment of ${target} to be in force`,
      });
    },
    flush: () => void firewall.run('nft', 'flush', 'ruleset'),
    async remove() {
      await product.killAll();
      await network.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return scene;
}
