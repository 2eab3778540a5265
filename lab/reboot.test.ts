import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadavg } from 'node:os';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { createLog } from '../src/base/log.ts';
import { findEmbedded, openDatabase, sql } from '../src/db/index.ts';
import { until } from '../test/until.ts';
import { processesOf } from './crash/processes.ts';
import { attackers4, attackers6, canRunLab, createScene, type Scene } from './scene.ts';

const [lasting = '', brief = '', late = '', released = ''] = attackers4;
const [[lasting6 = ''] = [], [other6 = ''] = []] = attackers6;
const lasting6Target = `${lasting6.split('::')[0]}::/64`;
const many = 20_000;

describe.skipIf(!canRunLab())('a reboot: no process and no ruleset is left', () => {
  let scene: Scene;
  const deny = (target: string, seconds: number) => {
    const { code, stderr } = scene.product.cli('containment', 'deny', target, '--duration-s', String(seconds));
    expect(code, stderr).toBe(0);
  };
  const isCutOff = (address: string) =>
    until(async () => !(await scene.reaches(address)), { timeoutMs: 20_000, what: `${address} to be cut off` });

  beforeAll(async () => {
    scene = await createScene({});
  });
  afterAll(() => scene?.remove());

  it('brings back every live denial, v4 and v6, and none that is over', async () => {
    deny(lasting, 3_600);
    deny(lasting6Target, 3_600);
    deny(released, 3_600);
    scene.product.cli('containment', 'release', released);
    deny(brief, 10);
    const [{ expires_at: briefEnd } = {}] = await scene.containmentsOf(brief);
    for (const address of [lasting, lasting6, brief]) await isCutOff(address);

    await scene.product.killAll();
    scene.flush();
    for (const address of [lasting, lasting6, brief]) expect(await scene.reaches(address), address).toBe(true);
    await until(() => Date.now() > Date.parse(briefEnd ?? ''), { timeoutMs: 20_000 });
    await scene.product.start();

    for (const address of [lasting, lasting6]) await isCutOff(address);
    for (const address of [brief, released, other6]) expect(await scene.reaches(address), address).toBe(true);
    expect((await scene.containmentsOf(lasting)).map(({ status }) => status)).toEqual(['in_force']);
  });

  it('releases what it brought back', async () => {
    for (const [target, address] of [
      [lasting, lasting],
      [lasting6Target, lasting6],
    ] as const) {
      expect(scene.product.cli('containment', 'release', target).code).toBe(0);
      await until(() => scene.reaches(address), { timeoutMs: 10_000, what: `${address} to be let in` });
    }
  });

  it(`brings back ${many} denials in one transaction`, { timeout: 400_000 }, async () => {
    // One real denial to copy, so that every row is as the product wrote it.
    deny(late, 3_600);
    await isCutOff(late);
    const [original] = await scene.containmentsOf(late);
    if (!original) throw new Error('The denial is not in the table.');
    const url = await findEmbedded(join(scene.product.state, 'postgres'));
    if (url === undefined) throw new Error('The database is not there.');
    const db = openDatabase({ url, log: createLog('lab', 'error'), max: 1, applicationName: 'lab' });
    await db.transaction(async (tx) => {
      await tx.run(sql`
        create temporary table copies on commit drop as
        select 'containment--copy-' || n as id, '45.' || (n / 65536) || '.' || (n / 256 % 256) || '.' || (n % 256) as target
        from generate_series(1, ${many - 1}::int) n`);
      await tx.run(sql`
        insert into containments
        select (jsonb_populate_record(c, jsonb_build_object('id', copies.id, 'target', copies.target))).*
        from containments c, copies where c.id = ${original.id}`);
      await tx.run(sql`
        insert into enforcements
        select (jsonb_populate_record(e, jsonb_build_object('containment_id', copies.id))).*
        from enforcements e, copies where e.containment_id = ${original.id}`);
    });
    await db.close();

    await scene.product.killAll();
    scene.flush();
    expect(await scene.reaches(late)).toBe(true);
    const startedAt = performance.now();
    await scene.product.start();
    await isCutOff(late);
    await until(() => listed(scene) === many, { timeoutMs: 60_000, what: `${many} elements` });
    const rebootMs = performance.now() - startedAt;

    // Once more with nothing around it: only the enforcer dies, and the ruleset goes.
    const all = () => restorings(scene.product.output());
    await until(() => all().some(({ held }) => held >= many), { timeoutMs: 60_000, what: 'the first restoring' });
    const before = all().length;
    const monitor = watchFilter(scene);
    const enforcers = processesOf(scene.product.state, scene.product.process.pid).enforcer;
    for (const pid of enforcers) process.kill(pid, 'SIGKILL');
    await until(() => processesOf(scene.product.state, scene.product.process.pid).enforcer.every(isOther(enforcers)));
    scene.flush();
    await until(() => monitor.seen.elements >= many && monitor.seen.commits.length > 0, {
      timeoutMs: 60_000,
      what: 'the commit of all elements',
    });
    monitor.end();
    await isCutOff(late);
    const { commits } = monitor.seen;
    const { inForceMs, tookMs } = await until(
      () =>
        all()
          .slice(before)
          .find(({ held }) => held >= many),
      {
        timeoutMs: 20_000,
        what: 'the restoring to be read back',
      },
    );
    const load = loadavg()[0] ?? 0;
    console.log(
      `${many} denials: in force ${inForceMs} ms after the enforcer connected to an empty ruleset, read back after ${tookMs} ms; ` +
        `${rebootMs.toFixed(0)} ms from the start of Firebreak after a reboot; load ${load.toFixed(1)}`,
    );
    expect(commits, 'one transaction').toHaveLength(1);
    expect(inForceMs).toBeLessThan(1_000 * Math.max(1, load));
  });
});

/** Elements in the set that holds single IPv4 addresses. */
function listed(scene: Scene): number {
  const text = scene.hosts.firewall.run('nft', '-j', 'list', 'set', 'inet', 'firebreak', 'address4');
  return text.split('"expires"').length - 1;
}

/** What the product says of each restoring: from the connected enforcer to the read-back of all. */
function restorings(output: string): { held: number; inForceMs: number; tookMs: number }[] {
  const line = /"denials":\d+,"held":(\d+),"inForceMs":(\d+),"tookMs":(\d+)/g;
  return [...output.matchAll(line)].map(([, held, inForceMs, tookMs]) => ({
    held: Number(held),
    inForceMs: Number(inForceMs),
    tookMs: Number(tookMs),
  }));
}

const isOther = (pids: readonly number[]) => (pid: number) => !pids.includes(pid);

/** The kernel's own account of changes: how many elements came, and each commit that brought some. */
function watchFilter(scene: Scene) {
  const seen: { elements: number; commits: number[] } = { elements: 0, commits: [] };
  const monitor = scene.hosts.firewall.start('stdbuf', ['-oL', 'nft', 'monitor']);
  let hasElements = false;
  if (monitor.stdout)
    createInterface({ input: monitor.stdout }).on('line', (line) => {
      if (line.startsWith('add element')) {
        hasElements = true;
        seen.elements += 1;
      } else if (line.startsWith('# new generation') && hasElements) {
        hasElements = false;
        seen.commits.push(performance.now());
      }
    });
  return { seen, end: () => void monitor.kill() };
}
