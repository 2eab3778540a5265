/**
 * The demonstration's attacker and its bystander, in a network namespace of their own. The attacker guesses passwords; the
 * bystander keeps one connection and speaks over it. Ends when its stdin does.
 *
 * stdin: `plugged` when the cable is there, `attack` to begin. stdout: `waiting`, then one JSON object a line (see network.ts).
 */
import { execFileSync } from 'node:child_process';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { addresses, guessOf, loginPort } from './auth-line.ts';

const guessEveryMs = 120;
/** When it is not answered any more it tries less often. */
const retryEveryMs = 1_500;
const answerMs = 1_000;

const say = (report: object) => process.stdout.write(`${JSON.stringify(report)}\n`);
const environment = { PATH: '/usr/sbin:/sbin:/usr/bin:/bin' };
const ip = (...words: string[]) => execFileSync('ip', words, { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });

process.stdin.on('end', () => process.exit(0));

function guess(index: number): void {
  const socket = connect({ host: addresses.victim, port: loginPort, localAddress: addresses.attacker });
  let isAnswered = false;
  const timer = setTimeout(() => socket.destroy(), answerMs);
  socket.on('connect', () => socket.write(`login ${guessOf(index)}\n`));
  socket.on('data', () => {
    isAnswered = true;
    socket.destroy();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    clearTimeout(timer);
    say({ kind: 'guess', isAnswered });
    setTimeout(() => guess(index + 1), isAnswered ? guessEveryMs : retryEveryMs);
  });
}

function standBy(): void {
  const socket = connect({ host: addresses.victim, port: loginPort, localAddress: addresses.bystander });
  const timer = setInterval(() => socket.write('hello\n'), 500);
  socket.on('data', () => say({ kind: 'bystander', isAlive: true }));
  socket.on('error', () => {});
  socket.on('close', () => {
    clearInterval(timer);
    say({ kind: 'bystander', isAlive: false });
  });
}

createInterface({ input: process.stdin }).on('line', (line) => {
  if (line === 'plugged') {
    ip('addr', 'add', `${addresses.attacker}/24`, 'dev', 'fbdemo1');
    ip('addr', 'add', `${addresses.bystander}/24`, 'dev', 'fbdemo1');
    ip('link', 'set', 'fbdemo1', 'up');
  }
  if (line === 'attack') {
    standBy();
    guess(0);
  }
});
process.stdout.write('waiting\n');
