import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../../src/base/clock.ts';
import type { Enforcer } from '../../src/connector/index.ts';

/** Where nothing can be enforced: writes to a file, a JSON object a line, what it would have done. Drops nothing. */
export function createRecorder(options: { clock: Clock; file: string }): Enforcer {
  const { clock, file } = options;
  const held = new Map<string, number>();
  const write = (action: string, target: string, expiresAt?: number) =>
    appendFileSync(
      file,
      `${JSON.stringify({
        at: new Date(clock.now()).toISOString(),
        action,
        target,
        ...(expiresAt !== undefined && { expires_at: new Date(expiresAt).toISOString() }),
      })}\n`,
    );
  return {
    name: 'recorder',
    level: 'published',
    async start() {
      mkdirSync(dirname(file), { recursive: true });
      appendFileSync(file, '');
    },
    async deny(denials) {
      for (const { target, expiresAt } of denials) {
        if (held.get(target) === expiresAt) continue;
        held.set(target, expiresAt);
        write('would_deny', target, expiresAt);
      }
    },
    async release(targets) {
      for (const target of targets) if (held.delete(target)) write('would_release', target);
    },
    async held(targets) {
      const now = clock.now();
      for (const [target, expiresAt] of held) if (expiresAt <= now) held.delete(target);
      return [...held]
        .filter(([target]) => targets?.includes(target) ?? true)
        .map(([target, expiresAt]) => ({ target, expiresAt }));
    },
    async stop() {},
  };
}
