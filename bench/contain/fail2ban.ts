import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../test/until.ts';
import type { Contender } from './contender.ts';

/** Debian's fail2ban with its sshd jail and nftables action; DNS look-ups off, since its first bans wait for them. */
export function fail2ban(samples: number): Contender {
  return {
    name: 'fail2ban (default back end)',
    lines: 5,
    samples,
    jitterMs: 2_000,
    async start(host, logFile, folder) {
      const config = join(folder, 'fail2ban');
      cpSync('/etc/fail2ban', config, { recursive: true });
      mkdirSync(join(config, 'jail.d'), { recursive: true });
      writeFileSync(join(config, 'fail2ban.local'), '[Definition]\ndbfile = None\n');
      writeFileSync(
        join(config, 'jail.local'),
        `[DEFAULT]\nusedns = no\nignoreself = false\nbanaction = nftables-multiport\n[sshd]\nenabled = true\nport = 22\nlogpath = ${logFile}\nbackend = auto\nmaxretry = 5\nfindtime = 10m\nbantime = 10m\n`,
      );
      const socket = join(folder, 'fail2ban.sock');
      const client = (...args: string[]) => host.run('fail2ban-client', '-c', config, '-s', socket, ...args);
      const server = host.start('fail2ban-server', [
        '-xf',
        '-c',
        config,
        '-s',
        socket,
        '-p',
        join(folder, 'fail2ban.pid'),
        '--logtarget',
        join(folder, 'fail2ban.log'),
        'start',
      ]);
      await until(
        () => {
          try {
            return client('status', 'sshd').includes('File list');
          } catch {
            return false;
          }
        },
        { timeoutMs: 20_000, what: 'fail2ban to watch the log' },
      );
      return {
        version: client('version').trim().split('\n').at(-1) ?? '',
        async stop() {
          server.kill('SIGTERM');
          await new Promise((resolve) => server.once('exit', resolve));
        },
      };
    },
  };
}
