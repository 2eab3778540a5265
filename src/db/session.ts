import type pg from 'pg';
import utils from 'pg/lib/utils.js';
import { createBatch, type Answer, type Plan, type Waiting } from './batch.ts';

export interface Statement {
  /** With its values as $1, $2, … */
  text: string;
  values: readonly unknown[];
}

export interface Session {
  /** What is sent in one go of the event loop travels together. Rejects with what PostgreSQL or the driver says. */
  send(statement: Statement): Promise<Answer>;
}

/** More texts than this are not prepared: one that is put together with lists of every length would fill the server's memory. */
const mostPrepared = 200;

/**
 * Statements on one connection. A statement is prepared at its first use and costs half from then on. Those of one go of the
 * event loop are one message there and one back (PostgreSQL 18 §54.2.3, pipelining up to one Sync): each message wakes a
 * process, which costs more than most statements. Once one fails, those behind it in its message are not carried out.
 */
export function createSession(client: pg.ClientBase, types: pg.CustomTypesConfig): Session {
  const plans = new Map<string, Plan>();
  let made = 0;
  let waiting: Waiting[] = [];

  function planOf(text: string): Plan {
    const known = plans.get(text);
    if (known) return known;
    const plan: Plan = { name: '' };
    if (plans.size < mostPrepared) {
      made += 1;
      plan.name = `fb_${made}`;
      plans.set(text, plan);
    }
    return plan;
  }

  function flush(): void {
    const statements = waiting;
    waiting = [];
    client.query(createBatch(statements, { types, planOf, forget: (text) => void plans.delete(text) }));
  }

  return {
    send: ({ text, values }) =>
      new Promise((resolve, reject) => {
        // A value that cannot be sent throws here, before anything is.
        const sent = values.map((value) => utils.prepareValue(value));
        if (waiting.length === 0) process.nextTick(flush);
        waiting.push({ text, values: sent, resolve, reject });
      }),
  };
}
