import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { z } from 'zod';
import { testDatabase } from '../../../test/database.ts';
import { canFilterPackets, systemPath as env, tellFigure } from '../../../test/packet-filter.ts';
import { until } from '../../../test/until.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { sql } from '../../db/index.ts';
import { createContainments } from '../contain/create-containments.ts';
import { blindWitness, denyRequest, enforcerCommand, testSettings, testPoint } from '../test-respond.ts';
import { createEnforcement } from './create-enforcement.ts';

const dir = mkdtempSync(join(tmpdir(), 'fb-restore-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
/** What the log says of a restoring. */
const Restored = z.object({ held: z.int(), inForceMs: z.number(), tookMs: z.number() });
const stopFile = join(dir, 'STOP');
const many = 20_000;
/** With real CAP_NET_ADMIN the socket's buffer may grow, as on a host: then it is one transaction. */
const isRoot = process.getuid?.() === 0;
const unshare = ['unshare', isRoot ? '-n' : '-rn'];
const canFilter = canFilterPackets('restoring many denials', unshare.slice(1));

/** What nft alone needs to load as many elements and list them, now and on this machine. */
function nftAloneMs(): number {
  const elements = Array.from({ length: many }, (_, n) => `46.0.${n >> 8}.${n & 255} timeout 3600000ms`).join(', ');
  const file = join(dir, 'alone.nft');
  const set = 'add table inet t\nadd set inet t s { type ipv4_addr; flags timeout; counter; }';
  writeFileSync(file, `${set}\nadd element inet t s { ${elements} }\n`);
  const startedAt = performance.now();
  const commands = `nft -f ${file} && nft -j list table inet t > ${file}.json`;
  execFileSync(unshare[0] ?? '', [...unshare.slice(1), 'sh', '-c', commands], { env });
  return performance.now() - startedAt;
}

it.skipIf(!canFilter || !isRoot)(`restores ${many} denials in a second`, { timeout: 120_000 }, async () => {
  const db = await testDatabase();
  const restored: z.infer<typeof Restored>[] = [];
  const enforcement = createEnforcement({
    db,
    clock: systemClock,
    log: { ...silentLog, info: (fields: unknown) => void restored.push(Restored.parse(fields)) },
    holder: 'test',
    stopFile,
    witness: blindWitness,
  });
  const pidFile = join(dir, 'pid');
  const nft = {
    ...testPoint,
    command: [...unshare, 'sh', '-c', 'echo $$ > "$0"; exec "$@"', pidFile, ...enforcerCommand('nftables', stopFile)],
  } as const;
  const settings = testSettings(db, stopFile, { clock: systemClock });
  const { containment } = await createContainments(settings, () => {}).request(denyRequest('45.9.0.1'));
  await db.read.run(sql`
    insert into containments
    select (jsonb_populate_record(c, jsonb_build_object('id', 'containment--copy-' || n, 'status', 'in_force',
      'target', '45.' || (n / 65536) || '.' || (n / 256 % 256) || '.' || (n % 256)))).*
    from containments c, generate_series(1, ${many - 1}::int) n where c.id = ${containment.id}`);
  const pid = () => Number(readFileSync(pidFile, 'utf8'));
  const turnUntilRestored = (times: number) =>
    until(async () => (await enforcement.turn(), restored.length >= times), {
      timeoutMs: 30_000,
      what: 'the restoring',
    });
  try {
    await enforcement.start([nft]);
    await db.read.run(sql`update enforcements set state = 'applied', applied_at = now()`);
    await turnUntilRestored(1);
    // Its network namespace goes with the process: the next one finds an empty ruleset.
    process.kill(pid(), 'SIGKILL');
    await turnUntilRestored(2);

    const { held, inForceMs = 0, tookMs = 0 } = restored[1] ?? {};
    expect(held).toBe(many);
    const words = ['--net', '--target', String(pid()), 'nft', '-j', 'list', 'set', 'inet', 'firebreak', 'address4'];
    const listed = execFileSync('nsenter', words, { env, encoding: 'utf8', maxBuffer: 2 ** 26 });
    expect(listed.split('"expires"').length - 1).toBe(many);
    const aloneMs = nftAloneMs();
    const load = loadavg()[0] ?? 0;
    tellFigure(
      `${many} denials in force after ${inForceMs} ms, read back after ${tookMs} ms; nft alone loads and lists as many in ${aloneMs.toFixed(0)} ms; load ${load.toFixed(1)}.`,
    );
    expect(inForceMs).toBeLessThan(Math.max(1_000, 1_000 * load, 3 * aloneMs));
  } finally {
    await enforcement.stop();
  }
});
