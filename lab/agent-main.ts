/**
 * A program inside a network namespace that does what it is told, one JSON line a question, one JSON line an answer:
 * serves echoes, holds connections open and counts their echoes, tries connections, and fetches. See lab/agent.ts.
 */
import { connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const Peer = z.object({ from: z.string(), to: z.string(), port: z.int() });
const Question = z.discriminatedUnion('do', [
  z.object({ do: z.literal('serve'), seq: z.int(), port: z.int() }),
  Peer.extend({ do: z.literal('open'), seq: z.int(), name: z.string() }),
  z.object({ do: z.literal('echoes'), seq: z.int(), name: z.string() }),
  Peer.extend({ do: z.literal('try'), seq: z.int(), timeoutMs: z.int() }),
  z.object({
    do: z.literal('fetch'),
    seq: z.int(),
    url: z.string(),
    method: z.string(),
    headers: z.record(z.string(), z.string()),
    body: z.string().optional(),
  }),
]);
type Question = z.infer<typeof Question>;

const pingEveryMs = 20;
const sessions = new Map<string, { echoes: number; isAlive: boolean }>();

function serve(port: number): Promise<unknown> {
  const server = createServer((socket) => socket.on('error', () => {}).pipe(socket));
  return new Promise((done, fail) => {
    server.on('error', fail);
    server.listen(port, '::', () => done({}));
  });
}

function open({ name, from, to, port }: z.infer<typeof Peer> & { name: string }): Promise<unknown> {
  const session = { echoes: 0, isAlive: true };
  sessions.set(name, session);
  const socket = connect({ host: to, port, localAddress: from, noDelay: true });
  const timer = setInterval(() => socket.write('x'), pingEveryMs);
  socket.on('data', () => (session.echoes += 1));
  socket.on('close', () => {
    clearInterval(timer);
    session.isAlive = false;
  });
  return new Promise((done, fail) => {
    socket.on('error', fail);
    socket.once('data', () => done({}));
  });
}

/** A whole conversation: connected and one byte there and back. */
function tryOnce({ from, to, port, timeoutMs }: z.infer<typeof Peer> & { timeoutMs: number }): Promise<unknown> {
  return new Promise((done) => {
    const socket: Socket = connect({ host: to, port, localAddress: from, noDelay: true });
    const timer = setTimeout(() => end(false), timeoutMs);
    function end(isAnswered: boolean): void {
      clearTimeout(timer);
      socket.resetAndDestroy();
      done({ isAnswered });
    }
    socket.on('connect', () => socket.write('x'));
    socket.on('data', () => end(true));
    socket.on('error', () => end(false));
  });
}

async function answer(question: Question): Promise<unknown> {
  if (question.do === 'serve') return serve(question.port);
  if (question.do === 'open') return open(question);
  if (question.do === 'echoes') return sessions.get(question.name) ?? { echoes: 0, isAlive: false };
  if (question.do === 'try') return tryOnce(question);
  const { url, method, headers, body } = question;
  const reply = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
  return { status: reply.status, headers: Object.fromEntries(reply.headers), body: await reply.text() };
}

for await (const line of createInterface({ input: process.stdin })) {
  const question = Question.parse(JSON.parse(line));
  const reply = (result: object) => process.stdout.write(`${JSON.stringify({ seq: question.seq, ...result })}\n`);
  answer(question).then(
    (value) => reply({ value }),
    (error: unknown) => reply({ error: error instanceof Error ? error.message : String(error) }),
  );
}
process.exit(0);
