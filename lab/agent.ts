import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Host } from './network.ts';

export interface Peer {
  /** Own address to speak from. */
  from: string;
  to: string;
  port: number;
}

/** Hands in a network namespace. */
export interface Agent {
  /** An echo server. */
  serve(port: number): Promise<void>;
  /** A TCP connection that sends and gets back a byte every 20 ms; resolves with the first echo. */
  open(name: string, peer: Peer): Promise<void>;
  echoes(name: string): Promise<number>;
  /** Whether a new connection is made and answered within `timeoutMs` (1,500). */
  reaches(peer: Peer, timeoutMs?: number): Promise<boolean>;
  fetch(url: string, init: RequestInit): Promise<Response>;
}

const Answer = z.object({ seq: z.int(), value: z.unknown(), error: z.string().optional() });
const Reply = z.object({ status: z.int(), headers: z.record(z.string(), z.string()), body: z.string() });

export function startAgent(host: Host): Agent {
  const child = host.start(process.execPath, [join(import.meta.dirname, 'agent-main.ts')]);
  const waiting = new Map<number, (answer: z.infer<typeof Answer>) => void>();
  let said = '';
  let seq = 0;
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.on('exit', () => {
    for (const [id, done] of waiting) done({ seq: id, value: undefined, error: `the agent ended: ${said}` });
  });
  if (child.stdout)
    createInterface({ input: child.stdout }).on('line', (line) => {
      const answer = Answer.parse(JSON.parse(line));
      waiting.get(answer.seq)?.(answer);
      waiting.delete(answer.seq);
    });

  function ask(question: object): Promise<unknown> {
    seq += 1;
    const id = seq;
    return new Promise((done, fail) => {
      waiting.set(id, ({ value, error }) =>
        error === undefined ? done(value) : fail(new Error(`${host.name}: ${error}`)),
      );
      child.stdin?.write(`${JSON.stringify({ ...question, seq: id })}\n`);
    });
  }

  return {
    serve: async (port) => void (await ask({ do: 'serve', port })),
    open: async (name, peer) => void (await ask({ do: 'open', name, ...peer })),
    echoes: async (name) => z.object({ echoes: z.int() }).parse(await ask({ do: 'echoes', name })).echoes,
    reaches: async (peer, timeoutMs = 1_500) =>
      z.object({ isAnswered: z.boolean() }).parse(await ask({ do: 'try', ...peer, timeoutMs })).isAnswered,
    async fetch(url, init) {
      const headers = Object.fromEntries(new Headers(init.headers));
      const body = typeof init.body === 'string' ? { body: init.body } : {};
      const reply = Reply.parse(await ask({ do: 'fetch', url, method: init.method ?? 'GET', headers, ...body }));
      return new Response(reply.status === 204 ? null : reply.body, { status: reply.status, headers: reply.headers });
    },
  };
}
