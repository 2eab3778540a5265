/**
 * The enforcer: a small process with the one right it needs. It holds no secret, no database and no setting; it is told what
 * to deny over file descriptor 3 (a unix socket, see connector/enforcer-wire.ts), and checks the protected set, the stop
 * file and the expiry itself. It ends when the socket does; what it denied lifts by its native time-outs.
 *
 * Arguments: --kind nftables|recorder --stop-file PATH [--record-file PATH]
 */
import { statSync } from 'node:fs';
import { Socket } from 'node:net';
import { parseArgs } from 'node:util';
import { createNftables } from '../../connectors/nftables/index.ts';
import { createRecorder } from '../../connectors/recorder/index.ts';
import { systemClock } from '../base/clock.ts';
import {
  createEnforcerSession,
  decodeToEnforcer,
  lineSplitter,
  readHostProtection,
  type Enforcer,
  type FromEnforcer,
} from '../connector/index.ts';

const { values } = parseArgs({
  options: {
    kind: { type: 'string' },
    'stop-file': { type: 'string' },
    'record-file': { type: 'string' },
  },
});

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function enforcerOf(kind: string | undefined): Enforcer {
  if (kind === 'nftables') return createNftables({ clock: systemClock });
  if (kind === 'recorder') {
    const file = values['record-file'];
    return file === undefined ? fail('--record-file is missing.') : createRecorder({ clock: systemClock, file });
  }
  return fail(`--kind is "${kind}"; it is nftables or recorder.`);
}

const stopFile = values['stop-file'];
if (stopFile === undefined) fail('--stop-file is missing.');

/** Whatever is not surely "no such file" counts as stopped. */
function isStopped(): boolean {
  try {
    return statSync(stopFile ?? '', { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

/** Read beside the path of a denial, which finds it in memory. */
const hostProtectionMs = 10_000;
let hostProtection = readHostProtection();
setInterval(() => (hostProtection = readHostProtection()), hostProtectionMs);

const enforcer = enforcerOf(values.kind);
const session = createEnforcerSession({
  enforcer,
  clock: systemClock,
  isStopped,
  hostProtection: () => hostProtection,
});

let timer: NodeJS.Timeout | undefined;
async function scheduleExpiry(): Promise<void> {
  clearTimeout(timer);
  const waitMs = await session.expire();
  clearTimeout(timer);
  if (waitMs !== undefined) timer = setTimeout(() => void scheduleExpiry(), Math.min(waitMs + 20, 2 ** 30));
}

const socket = new Socket({ fd: 3 });
const answer = (message: FromEnforcer) => socket.write(`${JSON.stringify(message)}\n`);

async function end(): Promise<void> {
  clearTimeout(timer);
  // The denials stay, with their own time-outs.
  await enforcer.stop().catch(() => {});
  process.exit(0);
}

socket.on('error', () => void end());
socket.on('close', () => void end());
process.on('SIGINT', () => {});
process.on('SIGTERM', () => void end());

try {
  await enforcer.start();
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}

const read = lineSplitter((line) => {
  const message = decodeToEnforcer(line);
  void session.handle(message).then((reply) => {
    answer(reply);
    if (message.type === 'apply' || message.type === 'reconcile') void scheduleExpiry();
  });
});
socket.on('data', (chunk: Buffer) => {
  try {
    read(chunk);
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
});
