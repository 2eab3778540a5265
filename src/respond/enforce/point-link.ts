import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { constants, setPriority } from 'node:os';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import {
  decodeFromEnforcer,
  lineSplitter,
  type Denial,
  type FromEnforcer,
  type ToEnforcer,
} from '../../connector/index.ts';

export type PointAnswer =
  | Extract<FromEnforcer, { type: 'done' }>
  | { type: 'failed'; message: string; isFenced: boolean }
  /** No answer: it may have been done or not. To be read back, never blindly repeated. */
  | { type: 'lost'; message: string };

export type PointQuestion =
  | { type: 'apply'; deny: Denial[]; release: string[] }
  | { type: 'reconcile'; deny: Denial[] }
  | { type: 'read' };

/** The supervised process of one point. */
export interface PointLink {
  isConnected(): boolean;
  /** Never rejects. */
  ask(question: PointQuestion): Promise<PointAnswer>;
  /** The last thing the process or its end said. */
  detail(): string;
  stop(): Promise<void>;
}

const answerMs = 10_000;
const backoffMs = { first: 200, most: 10_000 };

/** On a busy machine the drop goes before everything else; only root may say so. */
function goFirst(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, constants.priority.PRIORITY_HIGH);
  } catch {
    // Without the right it has its turn like everybody.
  }
}

/**
 * Starts the enforcer and keeps it running: restarts with a pause that doubles. `onUp` runs after each greeting; the socket
 * is file descriptor 3 of the child, so nobody else can speak on it.
 */
export function startPointLink(options: {
  id: string;
  command: readonly string[];
  epoch: number;
  log: Log;
  onUp: (link: PointLink) => void;
  onDown: () => void;
}): PointLink {
  const { id, command, log } = options;
  const waiting = new Map<number, (answer: PointAnswer | FromEnforcer) => void>();
  let child: ChildProcess | undefined;
  let socket: Socket | undefined;
  let isUp = false;
  let isStopped = false;
  let sequence = 0;
  let failures = 0;
  let said = '';
  let pause: NodeJS.Timeout | undefined;

  function down(detail: string): void {
    if (!child) return;
    const was = child;
    child = undefined;
    socket?.destroy();
    socket = undefined;
    was.kill('SIGTERM');
    for (const [seq, done] of waiting) {
      waiting.delete(seq);
      done({ type: 'lost', message: detail });
    }
    const wasUp = isUp;
    isUp = false;
    if (isStopped) return;
    failures += 1;
    const waitMs = Math.min(backoffMs.most, backoffMs.first * 2 ** Math.min(failures, 8));
    log.warn({ point: id, detail, waitMs }, 'The enforcer ended and will be started again.');
    pause = setTimeout(open, waitMs);
    if (wasUp) options.onDown();
  }

  function send(message: ToEnforcer): Promise<PointAnswer | FromEnforcer> {
    const { seq } = message;
    const line = `${JSON.stringify(message)}\n`;
    return new Promise((done) => {
      if (!socket) return done({ type: 'lost', message: 'The enforcer is not connected.' });
      const timer = setTimeout(() => {
        waiting.delete(seq);
        done({ type: 'lost', message: `No answer in ${answerMs / 1_000} s.` });
      }, answerMs);
      waiting.set(seq, (answer) => {
        clearTimeout(timer);
        done(answer);
      });
      socket.write(line);
    });
  }

  function open(): void {
    const started = spawn(command[0] ?? '', command.slice(1), { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
    child = started;
    goFirst(started.pid);
    const channel = started.stdio[3];
    started.on('error', (error) => child === started && down(messageOf(error)));
    started.on('exit', (code, signal) => child === started && down(said.trim() || `It ended (${signal ?? code}).`));
    started.stderr?.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString('utf8')}`.slice(-2_000)));
    if (!(channel instanceof Socket)) return;
    socket = channel;
    socket.on('error', () => {});
    const read = lineSplitter((line) => {
      const message = decodeFromEnforcer(line);
      const done = waiting.get(message.seq);
      waiting.delete(message.seq);
      done?.(message);
    });
    socket.on('data', (chunk: Buffer) => {
      try {
        read(chunk);
      } catch (error) {
        down(messageOf(error));
      }
    });
    sequence += 1;
    void send({ type: 'hello', seq: sequence, version: 1, epoch: options.epoch }).then((answer) => {
      if (child !== started) return;
      if (answer.type !== 'ready') return down(answer.type === 'failed' ? answer.message : 'It did not greet.');
      isUp = true;
      failures = 0;
      said = '';
      options.onUp(link);
    });
  }

  const link: PointLink = {
    isConnected: () => isUp,
    async ask(question) {
      if (!isUp) return { type: 'lost', message: 'The enforcer is not connected.' };
      sequence += 1;
      const answer = await send({ ...question, seq: sequence });
      return answer.type === 'ready' ? { type: 'failed', message: 'It greeted twice.', isFenced: false } : answer;
    },
    detail: () => said.trim(),
    async stop() {
      isStopped = true;
      clearTimeout(pause);
      const running = child;
      if (!running || running.exitCode !== null) return;
      const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()));
      socket?.end();
      const timer = setTimeout(() => running.kill('SIGKILL'), 2_000);
      await ended;
      clearTimeout(timer);
    },
  };
  open();
  return link;
}
