/**
 * The real parts that tests run: installs what is missing by apt. Called by `npm test` only with CI=true or --install.
 * In CI a package that cannot be installed is a failure: a skipped real part would look like a pass.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';

interface Part {
  /** Debian package. */
  name: string;
  /** A file that proves it is there. */
  proof: string;
  why: string;
}

const parts: readonly Part[] = [
  { name: 'nftables', proof: '/usr/sbin/nft', why: 'the enforcer and the lab' },
  { name: 'iproute2', proof: '/usr/sbin/ip', why: 'network namespaces of the lab' },
  { name: 'util-linux', proof: '/usr/bin/unshare', why: 'namespaces without root' },
  { name: 'bsdutils', proof: '/usr/bin/logger', why: 'a real syslog sender' },
  { name: 'openssh-server', proof: '/usr/sbin/sshd', why: 'a real sshd writes the lines that we read' },
  { name: 'openssh-client', proof: '/usr/bin/ssh', why: 'a real attacker' },
  { name: 'rsyslog', proof: '/usr/sbin/rsyslogd', why: 'writes the auth.log that sshd fills' },
  { name: 'chromium', proof: '/usr/bin/chromium', why: 'the console is tested in a browser' },
];

/** Peers of the bench: only with --peers, since they are slow to install and change nothing in the suite. */
const peers: readonly Part[] = [
  { name: 'fail2ban', proof: '/usr/bin/fail2ban-server', why: 'bench peer' },
  { name: 'crowdsec', proof: '/usr/bin/crowdsec', why: 'bench peer' },
  { name: 'crowdsec-firewall-bouncer', proof: '/usr/bin/crowdsec-firewall-bouncer', why: 'bench peer' },
];

const wanted = process.argv.includes('--peers') ? [...parts, ...peers] : parts;
const missing = wanted.filter((part) => !existsSync(part.proof));

function apt(...args: string[]): boolean {
  const command = process.getuid?.() === 0 ? ['apt-get', ...args] : ['sudo', '-n', 'apt-get', ...args];
  const [program = '', ...rest] = command;
  return (
    spawnSync(program, rest, { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
      .status === 0
  );
}

if (missing.length > 0) {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/apt-get')) {
    console.error(
      `Missing and not installable here (no apt-get): ${missing.map((part) => `${part.name} (${part.why})`).join(', ')}`,
    );
    process.exit(1);
  }
  console.error(`Installing ${missing.map((part) => part.name).join(', ')}`);
  if (process.getuid?.() === 0) {
    // No daemon of a test package may start on its own on this host.
    if (!existsSync('/usr/sbin/policy-rc.d'))
      writeFileSync('/usr/sbin/policy-rc.d', '#!/bin/sh\nexit 101\n', { mode: 0o755 });
    // CrowdSec's post-install registers with its vendor and fails without a network; an existing file stops it.
    if (missing.some((part) => part.name === 'crowdsec')) {
      mkdirSync('/etc/crowdsec', { recursive: true });
      writeFileSync('/etc/crowdsec/online_api_credentials.yaml', '# offline\n');
    }
  }
  apt('update', '-qq');
  const installed = apt('install', '-y', '-qq', '--no-install-recommends', ...missing.map((part) => part.name));
  const still = missing.filter((part) => !existsSync(part.proof));
  if (!installed || still.length > 0) {
    console.error(`Not installed: ${still.map((part) => `${part.name} (${part.why})`).join(', ') || 'apt-get failed'}`);
    process.exit(1);
  }
}
