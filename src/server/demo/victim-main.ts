/**
 * The demonstration's victim, root of its own user and network namespace (started by `unshare -rn`): a small login service on
 * port 2222 that refuses everybody and writes OpenSSH's lines. It makes the attacker's namespace and the cable between them.
 * Ends when its stdin does; with it and the attacker both namespaces are gone.
 *
 * Argument: the log file. stdin: `attack` begins the attack. stdout: one JSON object a line (see network.ts).
 */
import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { addresses, failedLogonLine, loginPort } from './auth-line.ts';

const [logFile = ''] = process.argv.slice(2);
const environment = { PATH: '/usr/sbin:/sbin:/usr/bin:/bin' };
const ip = (...words: string[]) => execFileSync('ip', words, { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });

process.stdin.on('end', () => process.exit(0));

ip('link', 'set', 'lo', 'up');
const attacker = spawn('unshare', ['-n', process.execPath, join(import.meta.dirname, 'attacker-main.ts')], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
attacker.on('error', () => process.exit(1));
attacker.on('exit', () => process.exit(1));

function serve(): void {
  const service = createServer((socket) => {
    const from = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
    socket.setTimeout(60_000, () => socket.destroy());
    socket.on('error', () => {});
    createInterface({ input: socket, crlfDelay: 1 }).on('line', (line) => {
      const [verb, user = ''] = line.slice(0, 200).split(' ');
      if (verb === 'login') appendFileSync(logFile, failedLogonLine(Date.now(), user.replace(/[^a-z]/g, ''), from));
      socket.write(verb === 'login' ? 'refused\n' : 'here\n');
    });
  });
  service.listen(loginPort, addresses.victim, () => process.stdout.write('{"kind":"ready"}\n'));
}

createInterface({ input: attacker.stdout }).on('line', (line) => {
  if (line !== 'waiting') {
    process.stdout.write(`${line}\n`);
    return;
  }
  ip('link', 'add', 'fbdemo0', 'type', 'veth', 'peer', 'name', 'fbdemo1', 'netns', String(attacker.pid));
  ip('addr', 'add', `${addresses.victim}/24`, 'dev', 'fbdemo0');
  ip('link', 'set', 'fbdemo0', 'up');
  attacker.stdin.write('plugged\n');
  serve();
});
createInterface({ input: process.stdin }).on('line', (line) => attacker.stdin.write(`${line}\n`));
