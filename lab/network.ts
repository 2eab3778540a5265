import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process';

export interface Host {
  /** The network namespace. */
  name: string;
  /** Runs a command in it to its end; throws with its stderr when it fails. Gives stdout. */
  run(command: string, ...args: string[]): string;
  /** Starts a process in it that lives until the network is removed. */
  start(command: string, args: readonly string[], options?: SpawnOptions): ChildProcess;
}

export interface Link {
  from: Host;
  to: Host;
  /** Addresses with prefix length, v4 and v6, of each end. */
  fromAddresses: readonly string[];
  toAddresses: readonly string[];
}

export interface Network {
  host(name: string): Host;
  connect(link: Link): void;
  remove(): Promise<void>;
}

function run(command: string, args: readonly string[]): string {
  const result = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64 * 2 ** 20 });
  if (result.status !== 0)
    throw new Error(
      `${command} ${args.join(' ')}: ${result.stderr || result.error?.message || `exit ${result.status}`}`,
    );
  return result.stdout;
}

/** Network namespaces of our own with veth pairs between them; needs root and iproute2. Everything is gone after remove(). */
export function createNetwork(label: string): Network {
  const prefix = `fb${process.pid.toString(36)}${label}`;
  const hosts = new Map<string, Host>();
  const children = new Set<ChildProcess>();
  let links = 0;

  return {
    host(name) {
      const known = hosts.get(name);
      if (known) return known;
      const namespace = `${prefix}-${name}`;
      run('ip', ['netns', 'add', namespace]);
      const host: Host = {
        name: namespace,
        run: (command, ...args) => run('ip', ['netns', 'exec', namespace, command, ...args]),
        start(command, args, options = {}) {
          const child = spawn('ip', ['netns', 'exec', namespace, command, ...args], {
            stdio: ['pipe', 'pipe', 'pipe'],
            ...options,
          });
          children.add(child);
          child.on('exit', () => children.delete(child));
          return child;
        },
      };
      host.run('ip', 'link', 'set', 'lo', 'up');
      hosts.set(name, host);
      return host;
    },
    connect({ from, to, fromAddresses, toAddresses }) {
      const index = links++;
      // Interface names have at most 15 letters; both ends are born in their namespace and never appear on this host.
      run('ip', [
        'link',
        'add',
        `v${index}a`,
        'netns',
        from.name,
        'type',
        'veth',
        'peer',
        'name',
        `v${index}b`,
        'netns',
        to.name,
      ]);
      const ends = [
        [from, `v${index}a`, fromAddresses],
        [to, `v${index}b`, toAddresses],
      ] as const;
      for (const [host, device, addresses] of ends) {
        host.run('ip', 'link', 'set', device, 'up');
        for (const address of addresses)
          host.run('ip', 'addr', 'add', address, 'dev', device, ...(address.includes(':') ? ['nodad'] : []));
      }
    },
    async remove() {
      for (const child of children) child.kill('SIGKILL');
      for (const host of hosts.values()) {
        for (const pid of run('ip', ['netns', 'pids', host.name]).split('\n').filter(Boolean)) {
          try {
            process.kill(Number(pid), 'SIGKILL');
          } catch {
            // It ended by itself between the listing and the signal.
          }
        }
      }
      await Promise.all([...children].map((child) => new Promise((resolve) => child.once('exit', resolve))));
      for (const host of hosts.values()) run('ip', ['netns', 'del', host.name]);
    },
  };
}
