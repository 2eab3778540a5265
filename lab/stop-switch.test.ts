import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listIncidents } from '../src/api/incidents.ts';
import { until } from '../test/until.ts';
import { membersOf } from './product.ts';
import { attackers4, canRunLab, createScene, type Scene } from './scene.ts';

const [before = '', brief = '', during = '', frozen = '', flushed = ''] = attackers4;

describe.skipIf(!canRunLab())('the stop switch', () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await createScene({});
  });
  afterAll(() => scene?.remove());

  const hasIncident = (address: string) =>
    until(
      async () =>
        (await scene.client().call(listIncidents, { query: { limit: 50 } })).items.some(
          ({ entity_value }) => entity_value === address,
        ),
      { timeoutMs: 30_000, what: `an incident of ${address}` },
    );

  it('stops with server and database down: no new denial when they are back, though the attack goes on', async () => {
    await scene.contain(before);
    expect(scene.product.cli('containment', 'deny', brief, '--duration-s', '20').code).toBe(0);
    await scene.product.killAll();
    const stopped = scene.product.cli('stop', 'A test of the lab.');
    expect(stopped, stopped.stderr).toMatchObject({ code: 0 });
    scene.attack(during);

    await scene.product.start();
    await hasIncident(during);
    scene.attack(during);
    await until(async () => (await scene.containmentsOf(during)).some(({ status }) => status === 'refused'), {
      timeoutMs: 20_000,
      what: 'the refusal',
    });
    expect(await scene.reaches(during), 'nothing new is enforced').toBe(true);
    expect(await scene.reaches(before), 'what holds, holds').toBe(false);
    expect(scene.product.cli('containment', 'deny', flushed).code, 'a person is refused too').toBe(4);
  });

  it('lets expiry and release go on', async () => {
    await until(() => scene.reaches(brief), { timeoutMs: 40_000, what: 'the brief denial to expire' });
    expect(scene.product.cli('containment', 'release', before).code).toBe(0);
    expect(await scene.reaches(before)).toBe(true);
  });

  it('acts again after resume', async () => {
    const resumed = scene.product.cli('resume');
    expect(resumed, resumed.stderr).toMatchObject({ code: 0 });
    expect(await scene.contain(during)).toMatchObject({ status: 'in_force' });
  });

  it('stops while the server and its database hang', async () => {
    const members = membersOf(scene.product.state, scene.product.process.pid);
    for (const pid of members) process.kill(pid, 'SIGSTOP');
    const startedAt = performance.now();
    try {
      const stopped = scene.product.cli('stop', 'Everything hangs.');
      expect(stopped, stopped.stderr).toMatchObject({ code: 0 });
      scene.attack(frozen);
    } finally {
      for (const pid of members) process.kill(pid, 'SIGCONT');
    }
    expect(performance.now() - startedAt).toBeLessThan(30_000);
    await hasIncident(frozen);
    await until(async () => (await scene.containmentsOf(frozen)).some(({ status }) => status === 'refused'));
    expect(await scene.reaches(frozen)).toBe(true);
    expect(scene.product.cli('resume').code).toBe(0);
    expect(await scene.contain(frozen)).toMatchObject({ status: 'in_force' });
  });
});
