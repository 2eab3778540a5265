import { mkdirSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { until } from '../test/until.ts';
import type { Host } from './network.ts';

/**
 * A real sshd in the namespace whose lines a real rsyslogd writes to `logFile`, as on a Debian server.
 * It has a /dev of its own, so that neither this host's log nor its devices are touched.
 */
export async function startSshd(
  host: Host,
  options: { folder: string; logFile: string; addresses: readonly string[] },
): Promise<void> {
  const dev = join(options.folder, 'dev');
  mkdirSync(dev, { recursive: true });
  const key = join(options.folder, 'host_key');
  spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  const config = join(options.folder, 'sshd_config');
  writeFileSync(
    config,
    [
      ...options.addresses.map((address) => `ListenAddress ${address}`),
      `HostKey ${key}`,
      'PasswordAuthentication yes',
      'UsePAM no',
      'UseDNS no',
      'MaxStartups 100',
      'LogLevel VERBOSE',
      `PidFile ${join(options.folder, 'sshd.pid')}`,
      '',
    ].join('\n'),
  );
  writeFileSync(options.logFile, '');
  const rsyslog = join(options.folder, 'rsyslog.conf');
  writeFileSync(
    rsyslog,
    `module(load="imuxsock" SysSock.Use="on" SysSock.Name="/dev/log" SysSock.RateLimit.Interval="0")\n*.* action(type="omfile" file="${options.logFile}" template="RSYSLOG_TraditionalFileFormat")\n`,
  );
  const script = `
set -e
mount -t tmpfs tmpfs ${dev}
for device in null zero random urandom tty ptmx; do touch ${dev}/$device; mount --bind /dev/$device ${dev}/$device; done
mkdir ${dev}/pts; mount --bind /dev/pts ${dev}/pts
mount --rbind ${dev} /dev
mkdir -p /run/sshd
rsyslogd -n -f ${rsyslog} -i ${join(options.folder, 'rsyslog.pid')} &
while [ ! -S /dev/log ]; do sleep 0.05; done
exec /usr/sbin/sshd -D -f ${config}
`;
  const child = host.start('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', script]);
  let output = '';
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await until(
    () => {
      if (child.exitCode !== null) throw new Error(`sshd ended: ${output}`);
      return host.run('ss', '-Hltn').includes(':22 ');
    },
    { what: 'sshd to listen' },
  );
}

/** One login of the real OpenSSH client with a wrong password. Gives its exit code; 255 is a refusal or a dead line. */
export function guessPassword(
  attacker: Host,
  options: { folder: string; from: string; to: string; user: string; timeoutS?: number },
): number {
  const askpass = join(options.folder, 'askpass.sh');
  writeFileSync(askpass, '#!/bin/sh\necho wrong-password\n', { mode: 0o755 });
  const result = spawnSync(
    'ip',
    [
      'netns',
      'exec',
      attacker.name,
      'ssh',
      '-b',
      options.from,
      '-o',
      `ConnectTimeout=${options.timeoutS ?? 3}`,
      '-o',
      'StrictHostKeyChecking=no',
      '-o',
      'UserKnownHostsFile=/dev/null',
      '-o',
      'PreferredAuthentications=password',
      '-o',
      'PubkeyAuthentication=no',
      '-o',
      'NumberOfPasswordPrompts=1',
      `${options.user}@${options.to}`,
      'true',
    ],
    { env: { ...process.env, SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' }, timeout: 20_000 },
  );
  return result.status ?? 255;
}
